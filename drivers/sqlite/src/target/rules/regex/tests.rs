use aludel::schema::Expr;
use aludel::translate::print::print;

fn glob(pattern: &str) -> Option<String> {
    let matches = super::matches(pattern, false, false, &Expr::column("s"))?;
    Some(print(&crate::target::spelling::Sqlite, |p| p.expr(&matches)).expect("sqlite has it"))
}

#[test]
fn what_glob_can_say() {
    let cases = [
        (
            "^[a-z0-9-]+$",
            "NOT glob('*[^0-9a-z-]*', s) AND length(s) >= 1",
        ),
        ("^[A-Za-z_]*$", "NOT glob('*[^A-Z_a-z]*', s)"),
        (
            "^[0-9]{3,5}$",
            "NOT glob('*[^0-9]*', s) AND length(s) BETWEEN 3 AND 5",
        ),
        ("^[^ ]+$", "NOT glob('*[ ]*', s) AND length(s) >= 1"),
        (
            r"^\d{4}-\d{2}$",
            "glob('[0-9][0-9][0-9][0-9]-[0-9][0-9]', s)",
        ),
        ("^https://", "glob('https://*', s)"),
        (r"@example\.com$", "glob('*@example.com', s)"),
        ("^#[0-9a-f]{3}$", "glob('#[0-9a-f][0-9a-f][0-9a-f]', s)"),
        ("^(a|b)$", "glob('[ab]', s)"),
        ("^(on|off)$", "glob('on', s) OR glob('off', s)"),
        ("a*", "glob('*', s)"),
        ("x+y*", "glob('*x*', s)"),
        (
            "^a+b$",
            "glob('*b', s) AND NOT glob('*[^a]*', substr(s, 1, length(s) - 1)) AND length(s) >= 2",
        ),
        ("^[]^-]$", "glob('[]^-]', s)"),
        ("^[-^]$", "glob('[-^]', s)"),
        (
            "^[a-z]+(-[a-z]+)*$",
            "NOT glob('*[^a-z-]*', s) AND NOT glob('-*', s) AND NOT glob('*-', s) AND NOT glob('*--*', s) AND length(s) >= 1",
        ),
    ];
    for (pattern, expected) in cases {
        assert_eq!(glob(pattern).as_deref(), Some(expected), "{pattern}");
    }
}

#[test]
fn what_it_cannot() {
    for pattern in [
        "^a+a*b+$",
        "a+b+c",
        r"^(a)\1$",
        "^(?!a)",
        "(?n)a",
        "***=a",
        "^a**$",
        "^[z-a]$",
        r"\ya",
        "^(ab+)*$",
        "^[[.a.]]$",
    ] {
        assert_eq!(glob(pattern), None, "{pattern}");
    }
}

//! Expressions: a closed set. Parentheses are not kept; whoever prints adds those it needs.

use super::{Ident, Name, OrderBy, Query, Type};

/// An expression.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    /// A constant.
    Literal(Literal),
    /// A column, qualified by a table's name or alias if it was written so.
    Column {
        /// The table, its alias, `new`, `old`, `excluded` …
        table: Option<Name>,
        /// The column.
        column: Ident,
    },
    /// A keyword that stands for a value: `CURRENT_TIMESTAMP`, `CURRENT_USER` … as
    /// an upper-case word, with its precision where one was given.
    Keyword(&'static str, Option<u32>),
    /// An operator before its operand.
    Unary {
        /// The operator.
        op: UnaryOp,
        /// Its operand.
        expr: Box<Expr>,
    },
    /// An operator between two operands.
    Binary {
        /// Left of it.
        left: Box<Expr>,
        /// The operator.
        op: BinaryOp,
        /// Right of it.
        right: Box<Expr>,
    },
    /// `IS [NOT] NULL`.
    IsNull {
        /// What is asked about.
        expr: Box<Expr>,
        /// `IS NOT`.
        negated: bool,
    },
    /// `IS [NOT] TRUE | FALSE | UNKNOWN`.
    IsBoolean {
        /// What is asked about.
        expr: Box<Expr>,
        /// TRUE, FALSE, or `None` for UNKNOWN.
        value: Option<bool>,
        /// `IS NOT`.
        negated: bool,
    },
    /// `IS [NOT] DISTINCT FROM`; MySQL's `<=>` is the negated one.
    IsDistinct {
        /// Left of it.
        left: Box<Expr>,
        /// Right of it.
        right: Box<Expr>,
        /// `IS NOT DISTINCT FROM`.
        negated: bool,
    },
    /// `[NOT] BETWEEN`.
    Between {
        /// What is compared.
        expr: Box<Expr>,
        /// The lower bound.
        low: Box<Expr>,
        /// The upper bound.
        high: Box<Expr>,
        /// `NOT BETWEEN`.
        negated: bool,
    },
    /// `[NOT] IN (list)`.
    InList {
        /// What is looked for.
        expr: Box<Expr>,
        /// Where.
        list: Vec<Expr>,
        /// `NOT IN`.
        negated: bool,
    },
    /// `[NOT] IN (query)`.
    InQuery {
        /// What is looked for.
        expr: Box<Expr>,
        /// Where.
        query: Box<Query>,
        /// `NOT IN`.
        negated: bool,
    },
    /// `op ANY (…)`, `op ALL (…)`; the right side is an array expression or a subquery.
    Quantified {
        /// Left of the operator.
        left: Box<Expr>,
        /// The operator.
        op: BinaryOp,
        /// ANY or ALL.
        quantifier: Quantifier,
        /// An array, or [`Expr::Subquery`].
        right: Box<Expr>,
    },
    /// `EXISTS (query)`.
    Exists(Box<Query>),
    /// `[NOT] LIKE`, `[NOT] ILIKE`. In the authored engine's meaning: SQLite's and MySQL's LIKE
    /// ignore case, PostgreSQL's does not; the parser sets `any_case` accordingly.
    Like {
        /// What is matched.
        expr: Box<Expr>,
        /// The pattern.
        pattern: Box<Expr>,
        /// The escape character, if it was given.
        escape: Option<char>,
        /// Whether case is ignored.
        any_case: bool,
        /// `NOT LIKE`.
        negated: bool,
    },
    /// `CASE`.
    Case {
        /// `CASE operand WHEN …`.
        operand: Option<Box<Expr>>,
        /// Conditions and results.
        whens: Vec<(Expr, Expr)>,
        /// `ELSE`.
        otherwise: Option<Box<Expr>>,
    },
    /// `CAST(expr AS type)`, `expr::type`.
    Cast {
        /// What is cast.
        expr: Box<Expr>,
        /// To what.
        ty: Type,
    },
    /// A function call.
    Call(Box<Call>),
    /// `EXTRACT(field FROM expr)`, the field in lower case.
    Extract {
        /// `year`, `epoch` …
        field: String,
        /// From what.
        expr: Box<Expr>,
    },
    /// `POSITION(needle IN haystack)`.
    Position {
        /// What is looked for.
        needle: Box<Expr>,
        /// Where.
        haystack: Box<Expr>,
    },
    /// `SUBSTRING(expr FROM start FOR length)`; the comma form too.
    Substring {
        /// Of what.
        expr: Box<Expr>,
        /// From which character, from 1.
        start: Option<Box<Expr>>,
        /// How many characters.
        length: Option<Box<Expr>>,
    },
    /// `TRIM([side] [what FROM] expr)`.
    Trim {
        /// Of what.
        expr: Box<Expr>,
        /// Which side.
        side: TrimSide,
        /// Which characters.
        what: Option<Box<Expr>>,
    },
    /// `expr AT TIME ZONE zone`.
    AtTimeZone {
        /// A timestamp.
        expr: Box<Expr>,
        /// The zone.
        zone: Box<Expr>,
    },
    /// `INTERVAL 'value' unit`, the unit as an upper-case word if one was written.
    Interval {
        /// `'1 day'`, or MySQL's number.
        value: Box<Expr>,
        /// `DAY` …
        unit: Option<String>,
    },
    /// `expr COLLATE name`.
    Collate {
        /// Of what.
        expr: Box<Expr>,
        /// The collation.
        collation: Name,
    },
    /// `ARRAY[…]`.
    Array(Vec<Expr>),
    /// `array[index]`.
    Subscript {
        /// The array.
        expr: Box<Expr>,
        /// The index.
        index: Box<Expr>,
    },
    /// `(a, b)`, `ROW(a, b)`.
    Row(Vec<Expr>),
    /// `(SELECT …)` as a value.
    Subquery(Box<Query>),
    /// `ARRAY(SELECT …)`.
    ArrayQuery(Box<Query>),
    /// `DEFAULT`, in VALUES and SET.
    Default,
}

/// A constant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Literal {
    /// NULL.
    Null,
    /// TRUE or FALSE.
    Boolean(bool),
    /// A number, as written.
    Number(String),
    /// A text: its value, escapes resolved by the authored dialect's rules.
    Text(String),
    /// Bytes: `X'…'`, PostgreSQL's `'\x…'::bytea` stays a cast of text.
    Bytes(Vec<u8>),
    /// `B'0101'`: the digits.
    Bits(String),
    /// `DATE '…'`, `TIMESTAMP '…'`: a text of a type.
    Typed(Type, String),
}

/// Operators before their operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnaryOp {
    /// `NOT`.
    Not,
    /// `-`.
    Minus,
    /// `+`.
    Plus,
    /// `~`.
    BitNot,
}

/// Operators between their operands, by meaning: MySQL's `||` is [`BinaryOp::Or`] when its
/// parser reads it, PostgreSQL's is [`BinaryOp::Concat`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BinaryOp {
    /// `OR`.
    Or,
    /// `AND`.
    And,
    /// MySQL's `XOR`.
    Xor,
    /// `=`.
    Eq,
    /// `<>`.
    NotEq,
    /// `<`.
    Lt,
    /// `<=`.
    LtEq,
    /// `>`.
    Gt,
    /// `>=`.
    GtEq,
    /// `+`.
    Plus,
    /// `-`.
    Minus,
    /// `*`.
    Multiply,
    /// `/` in the authored engine's meaning (on integers PostgreSQL and SQLite truncate, MySQL
    /// does not).
    Divide,
    /// MySQL's `DIV`.
    IntDivide,
    /// `%`.
    Modulo,
    /// `^` of PostgreSQL.
    Power,
    /// `||` on texts (and PostgreSQL's arrays and jsonb).
    Concat,
    /// `&`.
    BitAnd,
    /// `|`.
    BitOr,
    /// `#` of PostgreSQL, `^` of MySQL.
    BitXor,
    /// `<<`.
    ShiftLeft,
    /// `>>`.
    ShiftRight,
    /// `~` and MySQL's `REGEXP`: a match by regular expression.
    Regex {
        /// Ignoring case: `~*`.
        any_case: bool,
        /// `!~`.
        negated: bool,
    },
    /// `->`.
    JsonGet,
    /// `->>`.
    JsonGetText,
    /// `#>`.
    JsonPath,
    /// `#>>`.
    JsonPathText,
    /// `@>`.
    Contains,
    /// `<@`.
    ContainedBy,
    /// `?`.
    JsonHasKey,
    /// `?|`.
    JsonHasAnyKey,
    /// `?&`.
    JsonHasAllKeys,
    /// `#-`.
    JsonDeletePath,
    /// `&&`.
    Overlaps,
    /// `@@`.
    TextMatch,
}

/// ANY or ALL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantifier {
    /// `ANY`, `SOME`.
    Any,
    /// `ALL`.
    All,
}

/// Which side `TRIM` trims.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrimSide {
    /// Both.
    Both,
    /// The start.
    Leading,
    /// The end.
    Trailing,
}

/// A function call.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The function; unqualified built-in names are in lower case.
    pub name: Name,
    /// Arguments.
    pub args: Vec<CallArg>,
    /// `DISTINCT` before the arguments.
    pub distinct: bool,
    /// `ORDER BY` inside the call.
    pub order_by: Vec<OrderBy>,
    /// `FILTER (WHERE …)`.
    pub filter: Option<Expr>,
    /// `OVER (…)`.
    pub over: Option<Window>,
    /// MySQL's `SEPARATOR` of GROUP_CONCAT.
    pub separator: Option<String>,
}

impl Call {
    /// Its arguments, if each is an expression alone: none by name, and no `*`.
    ///
    /// ```
    /// use aludel::schema::{CallArg, Expr};
    ///
    /// let Expr::Call(mut call) = Expr::call("lower", [Expr::text("A")]) else { unreachable!() };
    /// assert_eq!(call.plain_args(), Some(vec![&Expr::text("A")]));
    /// call.args.push(CallArg::Star);
    /// assert_eq!(call.plain_args(), None);
    /// ```
    pub fn plain_args(&self) -> Option<Vec<&Expr>> {
        let mut all = Vec::with_capacity(self.args.len());
        for arg in &self.args {
            match arg {
                CallArg::Expr(expr) => all.push(expr),
                CallArg::Named(..) | CallArg::Star => return None,
            }
        }
        Some(all)
    }
}

/// An argument of a call.
#[derive(Debug, Clone, PartialEq)]
pub enum CallArg {
    /// An expression.
    Expr(Expr),
    /// `name => expression`.
    Named(Ident, Expr),
    /// `*`.
    Star,
}

/// A window.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Window {
    /// The name of a window of the query.
    pub name: Option<Ident>,
    /// `PARTITION BY`.
    pub partition_by: Vec<Expr>,
    /// `ORDER BY`.
    pub order_by: Vec<OrderBy>,
    /// The frame, as text that all engines read alike (`ROWS BETWEEN 1 PRECEDING AND CURRENT ROW`).
    pub frame: Option<WindowFrame>,
}

/// A window's frame: its text in standard SQL, which the three engines share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WindowFrame(pub String);

impl Expr {
    /// A text constant.
    pub fn text(value: impl Into<String>) -> Self {
        Self::Literal(Literal::Text(value.into()))
    }

    /// The parts that all have to hold where this does.
    pub(crate) fn conjuncts(&self) -> Vec<&Self> {
        match self {
            Self::Binary {
                left,
                op: BinaryOp::And,
                right,
            } => [left.conjuncts(), right.conjuncts()].concat(),
            expr => vec![expr],
        }
    }

    /// Whether it is NULL, perhaps with a type.
    pub(crate) fn is_null(&self) -> bool {
        match self {
            Self::Literal(Literal::Null) => true,
            Self::Cast { expr, .. } => expr.is_null(),
            _ => false,
        }
    }

    /// A column without a qualifier.
    pub fn column(name: impl Into<Ident>) -> Self {
        Self::Column {
            table: None,
            column: name.into(),
        }
    }

    /// A call of a built-in function.
    pub fn call(name: &str, args: impl IntoIterator<Item = Expr>) -> Self {
        Self::Call(Box::new(Call {
            name: Name::bare(name),
            args: args.into_iter().map(CallArg::Expr).collect(),
            distinct: false,
            order_by: Vec::new(),
            filter: None,
            over: None,
            separator: None,
        }))
    }

    /// Two expressions joined by an operator.
    pub fn binary(left: Expr, op: BinaryOp, right: Expr) -> Self {
        Self::Binary {
            left: Box::new(left),
            op,
            right: Box::new(right),
        }
    }
}

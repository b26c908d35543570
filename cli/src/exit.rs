//! Exit codes, as the contract numbers them.

use aludel::run::Class;

/// How the process ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    Done,
    Refused,
    Pending,
    Difference,
    Database,
    Lock,
    PartWay,
    Connection,
    Driver,
    Interrupted,
}

/// With several databases the worst counts; the worst stands first.
const WORST_FIRST: [Exit; 10] = [
    Exit::PartWay,
    Exit::Database,
    Exit::Connection,
    Exit::Lock,
    Exit::Driver,
    Exit::Interrupted,
    Exit::Refused,
    Exit::Difference,
    Exit::Pending,
    Exit::Done,
];

impl Exit {
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Refused => 1,
            Self::Pending => 3,
            Self::Difference => 4,
            Self::Database => 5,
            Self::Lock => 6,
            Self::PartWay => 7,
            Self::Connection => 8,
            Self::Driver => 9,
            Self::Interrupted => 130,
        }
    }

    pub(crate) fn worse(self, other: Self) -> Self {
        let rank = |exit| WORST_FIRST.iter().position(|e| *e == exit);
        if rank(self) <= rank(other) {
            self
        } else {
            other
        }
    }
}

impl From<Class> for Exit {
    fn from(class: Class) -> Self {
        match class {
            Class::Database => Self::Database,
            Class::Lock => Self::Lock,
            Class::PartWay => Self::PartWay,
            Class::Connection => Self::Connection,
            Class::Interrupted => Self::Interrupted,
            Class::Driver => Self::Driver,
            _ => Self::Refused,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_of_several_databases_counts() {
        assert_eq!(Exit::Done.worse(Exit::Pending), Exit::Pending);
        assert_eq!(Exit::Refused.worse(Exit::PartWay), Exit::PartWay);
        assert_eq!(Exit::Lock.worse(Exit::Connection), Exit::Connection);
        assert_eq!(Exit::Interrupted.worse(Exit::Refused), Exit::Interrupted);
    }
}

//! Decimal numbers, exactly.

use std::fmt;

/// A decimal number: digits and where the point stands among them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Decimal {
    negative: bool,
    /// Without zeros in front.
    digits: Vec<u8>,
    /// How many of them stand after the point.
    scale: i32,
}

/// More digits than anybody writes: `1e1000000` must not fill the memory.
const MANY: i32 = 10_000;

impl Decimal {
    /// `-12.50`, `.5`, `1e3`; nothing if it is no such number.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (negative, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
            None => (rest, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        if whole.is_empty() && fraction.is_empty() {
            return None;
        }
        let digits: Option<Vec<u8>> = whole
            .bytes()
            .chain(fraction.bytes())
            .map(|b| b.is_ascii_digit().then(|| b - b'0'))
            .collect();
        let mut result = Self {
            negative,
            digits: digits?,
            scale: i32::try_from(fraction.len()).ok()?,
        };
        result.scale = result
            .scale
            .checked_sub(exponent)
            .filter(|scale| scale.abs() < MANY)?;
        while result.scale < 0 {
            result.digits.push(0);
            result.scale += 1;
        }
        result.trim();
        Some(result)
    }

    fn trim(&mut self) {
        let zeros = self.digits.iter().take_while(|digit| **digit == 0).count();
        self.digits.drain(..zeros);
        if self.digits.is_empty() {
            self.negative = false;
        }
    }

    /// Rounded to so many digits after the point, halves away from zero.
    pub(super) fn rounded(mut self, scale: i32) -> Self {
        let mut last = 0;
        while self.scale > scale {
            last = self.digits.pop().unwrap_or(0);
            self.scale -= 1;
        }
        if last >= 5 {
            self.increment();
        }
        self.trim();
        self
    }

    fn increment(&mut self) {
        for digit in self.digits.iter_mut().rev() {
            if *digit < 9 {
                *digit += 1;
                return;
            }
            *digit = 0;
        }
        self.digits.insert(0, 1);
    }

    /// Whether it fits into `numeric(digits, scale)`, once rounded.
    pub(super) fn fits(&self, digits: u32, scale: i32) -> bool {
        let before = i64::try_from(self.digits.len()).unwrap_or(i64::MAX) - i64::from(self.scale);
        before <= i64::from(digits) - i64::from(scale)
    }

    /// How many digits a double would have to keep.
    pub(super) fn significant(&self) -> u32 {
        let zeros = self
            .digits
            .iter()
            .rev()
            .take_while(|digit| **digit == 0)
            .count();
        u32::try_from(self.digits.len() - zeros).unwrap_or(u32::MAX)
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scale = usize::try_from(self.scale).unwrap_or(0);
        let zeros = (scale + 1).saturating_sub(self.digits.len());
        let digits: String = std::iter::repeat_n(0, zeros)
            .chain(self.digits.iter().copied())
            .map(|digit| char::from(b'0' + digit))
            .collect();
        let (whole, fraction) = digits.split_at(digits.len() - scale);
        let sign = if self.negative { "-" } else { "" };
        match fraction {
            "" => write!(f, "{sign}{whole}"),
            fraction => write!(f, "{sign}{whole}.{fraction}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Decimal;

    fn rounded(text: &str, scale: i32) -> String {
        Decimal::parse(text)
            .expect("a number")
            .rounded(scale)
            .to_string()
    }

    #[test]
    fn rounding_is_decimal_and_away_from_zero() {
        // In doubles 1.005 is below the half.
        assert_eq!(rounded("1.005", 2), "1.01");
        assert_eq!(rounded("-0.5", 0), "-1");
        assert_eq!(rounded("99.995", 2), "100.00");
        assert_eq!(rounded("0.004", 2), "0.00");
        assert_eq!(rounded("1e3", 2), "1000");
        assert_eq!(rounded(".5e-1", 3), "0.05");
    }

    #[test]
    fn what_is_no_number() {
        for text in [
            "",
            ".",
            "-",
            "1x",
            "NaN",
            "1e",
            "1e99999999",
            "--1",
            "1.2.3",
        ] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
    }
}

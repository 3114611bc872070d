//! Exact arithmetic with one range on every back end.
//!
//! A number has at most 18 digits before the point and 10 after it. What needs more places is rounded half
//! away from zero at the tenth; what is larger is `None`, which callers turn into `number_out_of_range`.
//! Work is done on 128-bit mantissas: two operands have at most 28 digits each, and a product that leaves 128
//! bits is out of range in any case (more than 38 digits, of which at most 20 are dropped).

use rust_decimal::{Decimal, RoundingStrategy};

/// Most places after the point.
pub const MAX_SCALE: u32 = 10;
/// The first integer that is too large.
const LIMIT: i128 = 1_000_000_000_000_000_000;

/// Whether an integer is in range.
pub fn fits(n: i64) -> bool {
    i128::from(n).abs() < LIMIT
}

/// Whether a number has at most ten places and is in range.
pub fn storable(d: Decimal) -> bool {
    d.normalize().scale() <= MAX_SCALE && d.trunc().mantissa().abs() < LIMIT
}

/// Rounds half away from zero at `places`.
pub fn round(d: Decimal, places: u32) -> Decimal {
    d.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero)
}

/// A value from outside, brought to ten places; `None` if out of range.
pub fn admit(d: Decimal) -> Option<Decimal> {
    let d = if d.scale() > MAX_SCALE { round(d, MAX_SCALE) } else { d };
    storable(d).then_some(d)
}

/// The exact sum.
pub fn add(a: Decimal, b: Decimal) -> Option<Decimal> {
    let scale = a.scale().max(b.scale());
    make(scaled(a, scale).checked_add(scaled(b, scale))?, scale)
}

/// The exact difference.
pub fn subtract(a: Decimal, b: Decimal) -> Option<Decimal> {
    add(a, -b)
}

/// The product, at most ten places.
pub fn multiply(a: Decimal, b: Decimal) -> Option<Decimal> {
    let scale = a.scale() + b.scale();
    let product = a.mantissa().checked_mul(b.mantissa())?;
    if scale <= MAX_SCALE {
        return make(product, scale);
    }
    make(divide_rounding(product, ten_to(scale - MAX_SCALE)), MAX_SCALE)
}

/// The quotient at ten places; the caller has excluded a zero divisor.
pub fn divide(a: Decimal, b: Decimal) -> Option<Decimal> {
    let (dividend, divisor) = (a.mantissa().abs(), b.mantissa().abs());
    let mut quotient = dividend.checked_div(divisor)?;
    let mut rest = dividend % divisor;
    // Long division, digit by digit: a·10^-sa / b·10^-sb at ten places needs 10 + sb - sa further digits.
    for _ in 0..(MAX_SCALE + b.scale()).saturating_sub(a.scale()) {
        quotient = quotient.checked_mul(10)?.checked_add(rest * 10 / divisor)?;
        rest = rest * 10 % divisor;
    }
    if rest * 2 >= divisor {
        quotient += 1;
    }
    let negative = a.is_sign_negative() != b.is_sign_negative();
    make(if negative { -quotient } else { quotient }, MAX_SCALE).map(|d| d.normalize())
}

/// The remainder of truncated division: the sign of the dividend. The caller has excluded a zero divisor.
pub fn remainder(a: Decimal, b: Decimal) -> Option<Decimal> {
    let scale = a.scale().max(b.scale());
    make(scaled(a, scale).checked_rem(scaled(b, scale))?, scale)
}

/// Operands have at most ten places and 18 digits before the point: 28 digits in all.
fn scaled(d: Decimal, scale: u32) -> i128 {
    d.mantissa() * ten_to(scale - d.scale())
}

fn ten_to(n: u32) -> i128 {
    10_i128.pow(n)
}

fn divide_rounding(n: i128, by: i128) -> i128 {
    let (quotient, rest) = (n / by, n % by);
    if rest.abs() * 2 >= by { quotient + n.signum() } else { quotient }
}

fn make(mantissa: i128, scale: u32) -> Option<Decimal> {
    if mantissa.abs() >= LIMIT * ten_to(scale) {
        return None;
    }
    Decimal::try_from_i128_with_scale(mantissa, scale).ok()
}

/// A sum whose parts may leave the range as long as the total does not.
#[derive(Default)]
pub struct Sum(Option<i128>, bool);

impl Sum {
    /// Adds one number in range.
    pub fn add(&mut self, d: Decimal) {
        let sum = self.0.unwrap_or(0).checked_add(scaled(d, MAX_SCALE));
        // A hundred digits of rows would be needed for this; the flag keeps it from being silent.
        self.1 |= sum.is_none();
        self.0 = sum;
    }

    /// The total; of nothing 0.
    pub fn total(&self) -> Option<Decimal> {
        if self.1 { None } else { make(self.0.unwrap_or(0), MAX_SCALE).map(|d| d.normalize()) }
    }

    /// The mean of `n` numbers at ten places.
    pub fn mean(&self, n: usize) -> Option<Decimal> {
        let n = i128::try_from(n).ok().filter(|n| *n > 0)?;
        if self.1 {
            return None;
        }
        make(divide_rounding(self.0.unwrap_or(0), n), MAX_SCALE).map(|d| d.normalize())
    }
}

/// The whole number, if it is one in range.
pub fn to_integer(d: Decimal) -> Option<i64> {
    use rust_decimal::prelude::ToPrimitive;
    d.trunc().to_i64().filter(|n| fits(*n))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(found: Option<Decimal>, expect: &str) {
        let found = found.map_or("out of range".to_owned(), |d| d.normalize().to_string());
        assert_eq!(found, expect);
    }

    #[test]
    fn arithmetic_is_exact_and_bounded() {
        let d = |text: &str| Decimal::from_str_exact(text).unwrap();
        check(add(d("0.1"), d("0.2")), "0.3");
        check(add(d("999999999999999999"), d("1")), "out of range");
        check(add(d("999999999999999999"), d("0.9999999999")), "999999999999999999.9999999999");
        check(subtract(d("1"), d("0.0000000001")), "0.9999999999");
        check(multiply(d("19.99"), d("3")), "59.97");
        check(multiply(d("0.00001"), d("0.00001")), "0.0000000001");
        check(multiply(d("0.000005"), d("0.00001")), "0.0000000001");
        check(multiply(d("-0.000005"), d("0.00001")), "-0.0000000001");
        check(multiply(d("0.000004"), d("0.00001")), "0");
        check(multiply(d("1000000000"), d("1000000000")), "out of range");
        check(
            multiply(d("999999999999999999.9999999999"), d("999999999999999999.9999999999")),
            "out of range",
        );
        check(multiply(d("999999999999999999.9999999999"), d("0.0000000001")), "100000000");
        check(divide(d("1"), d("3")), "0.3333333333");
        check(divide(d("2"), d("3")), "0.6666666667");
        check(divide(d("-2"), d("3")), "-0.6666666667");
        check(divide(d("7"), d("2")), "3.5");
        check(divide(d("999999999999999999"), d("0.1")), "out of range");
        check(divide(d("0.0000000001"), d("2")), "0.0000000001");
        check(divide(d("0.0000000001"), d("3")), "0");
        check(remainder(d("-7"), d("3")), "-1");
        check(remainder(d("5.5"), d("0.2")), "0.1");
    }
}

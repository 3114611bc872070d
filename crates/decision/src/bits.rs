//! Sets of small numbers.

/// A set of numbers below a fixed one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Bits(Vec<u64>);

impl Bits {
    /// The empty set of numbers below `size`.
    pub fn none(size: usize) -> Bits {
        Bits(vec![0; size.div_ceil(64)])
    }

    /// All numbers below `size`.
    pub fn all(size: usize) -> Bits {
        let mut bits = Bits::none(size);
        (0..size).for_each(|number| bits.add(number));
        bits
    }

    /// Adds a number below the size.
    pub fn add(&mut self, number: usize) {
        self.0[number / 64] |= 1 << (number % 64);
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    /// The smallest number.
    pub fn first(&self) -> Option<usize> {
        let place = self.0.iter().position(|word| *word != 0)?;
        Some(place * 64 + self.0[place].trailing_zeros() as usize)
    }

    /// The numbers of both sets.
    pub fn both(&self, other: &Bits) -> Bits {
        Bits(self.0.iter().zip(&other.0).map(|(a, b)| a & b).collect())
    }

    /// Whether all numbers are in the other set.
    pub fn within(&self, other: &Bits) -> bool {
        self.0.iter().zip(&other.0).all(|(a, b)| a & !b == 0)
    }
}

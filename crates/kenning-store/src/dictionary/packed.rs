//! Values of literals in as few bytes as they need, found by the place of their term.

use crate::Value;
use oxsdatatypes::{Boolean, Date, DateTime, Decimal, Double, Float, Integer, Time};

/// How many bytes a packed value has: a mark and up to eighteen.
const SIZE: usize = 19;

/// The values of those terms of a segment that have one.
#[derive(Debug, Default)]
pub(crate) struct Values {
    /// One bit for each term: whether it has a value here.
    pub(crate) present: Vec<u64>,
    /// How many values come before each word of `present`.
    pub(crate) before: Vec<u32>,
    /// The values, in the order of their terms.
    pub(crate) packed: Vec<u8>,
}

impl Values {
    /// Adds the value of the term at `place`, which comes after all places before. Rare kinds are not kept.
    pub(crate) fn push(&mut self, place: u32, value: &Value) {
        let Some(packed) = pack(value) else { return };
        self.reach(place as usize + 1);
        if let Some(word) = self.present.get_mut(place as usize / 64) {
            *word |= 1 << (place % 64);
        }
        self.packed.extend_from_slice(&packed);
    }

    fn reach(&mut self, terms: usize) {
        while self.present.len() * 64 < terms {
            self.before.push((self.packed.len() / SIZE) as u32);
            self.present.push(0);
        }
    }

    /// Call once, when the last of `terms` terms is there.
    pub(crate) fn finish(&mut self, terms: usize) {
        if !self.packed.is_empty() {
            self.reach(terms);
        }
        self.present.shrink_to_fit();
        self.before.shrink_to_fit();
        self.packed.shrink_to_fit();
    }

    #[inline]
    pub(crate) fn get(&self, place: u32) -> Option<Value> {
        let word = *self.present.get(place as usize / 64)?;
        let bit = 1u64 << (place % 64);
        if word & bit == 0 {
            return None;
        }
        let before = *self.before.get(place as usize / 64)?;
        let at = (before + (word & (bit - 1)).count_ones()) as usize * SIZE;
        unpack(self.packed.get(at..at + SIZE)?)
    }

    pub(crate) fn bytes(&self) -> usize {
        self.present.capacity() * 8 + self.before.capacity() * 4 + self.packed.capacity()
    }
}

fn pack(value: &Value) -> Option<[u8; SIZE]> {
    let mut out = [0; SIZE];
    let mut put = |mark: u8, bytes: &[u8]| {
        for (place, byte) in out.iter_mut().zip(std::iter::once(&mark).chain(bytes)) {
            *place = *byte;
        }
    };
    match value {
        Value::Boolean(value) => put(1, &[u8::from(bool::from(*value))]),
        Value::Integer(value) => put(2, &value.to_be_bytes()),
        Value::Decimal(value) => put(3, &value.to_be_bytes()),
        Value::Float(value) => put(4, &value.to_be_bytes()),
        Value::Double(value) => put(5, &value.to_be_bytes()),
        Value::DateTime(value) => put(6, &value.to_be_bytes()),
        Value::Date(value) => put(7, &value.to_be_bytes()),
        Value::Time(value) => put(8, &value.to_be_bytes()),
        _ => return None,
    }
    Some(out)
}

fn unpack(bytes: &[u8]) -> Option<Value> {
    let (mark, bytes) = bytes.split_first()?;
    Some(match mark {
        1 => Value::Boolean(Boolean::from(bytes.first() == Some(&1))),
        2 => Value::Integer(Integer::from_be_bytes(*bytes.first_chunk()?)),
        3 => Value::Decimal(Decimal::from_be_bytes(*bytes.first_chunk()?)),
        4 => Value::Float(Float::from_be_bytes(*bytes.first_chunk()?)),
        5 => Value::Double(Double::from_be_bytes(*bytes.first_chunk()?)),
        6 => Value::DateTime(DateTime::from_be_bytes(*bytes.first_chunk()?)),
        7 => Value::Date(Date::from_be_bytes(*bytes.first_chunk()?)),
        8 => Value::Time(Time::from_be_bytes(*bytes.first_chunk()?)),
        _ => return None,
    })
}

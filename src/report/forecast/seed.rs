//! Orders that look random, and are the same for the same resource.

/// What the order of a resource's outcomes begins with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seed(u64);

impl Seed {
    /// The seed of a resource: the FNV-1a hash of its id.
    pub(super) fn of(id: &str) -> Self {
        let hash = id.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        Self(hash | 1)
    }

    /// The first numbers, at most 256, in an order that the seed decides (Fisher and Yates' shuffle).
    pub(super) fn order<const COUNT: usize>(self) -> [u8; COUNT] {
        let mut order = std::array::from_fn(|at| at as u8);
        let mut random = self.0;
        for at in (1..COUNT).rev() {
            // xorshift
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            let below = ((random >> 32) * (at as u64 + 1)) >> 32;
            order.swap(at, below as usize);
        }
        order
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_has_each_number_once_and_the_id_decides_it() {
        let [one, again, other] = ["a", "a", "b"].map(|id| Seed::of(id).order::<256>());
        assert_eq!(one, again);
        assert_ne!(one, other);
        let mut sorted = one;
        sorted.sort_unstable();
        assert_eq!(sorted, std::array::from_fn(|at| at as u8));
        assert_ne!(one, sorted);
    }
}

//! The name that was probably meant.

/// The one of `names` that is nearest to `name`, if it is near: a third of the letters may be wrong.
pub(super) fn nearest<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let wanted: Vec<char> = name.to_lowercase().chars().collect();
    let mut best = None;
    for candidate in names {
        let letters: Vec<char> = candidate.to_lowercase().chars().collect();
        let limit = wanted.len().max(letters.len()) / 3;
        if wanted.len().abs_diff(letters.len()) > limit {
            continue;
        }
        let distance = distance(&wanted, &letters);
        if distance <= limit && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Levenshtein's distance: the least number of letters to insert, delete or replace.
fn distance(from: &[char], to: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (deleted, letter) in from.iter().enumerate() {
        let mut diagonal = deleted;
        row[0] = deleted + 1;
        for (index, other) in to.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != other);
            diagonal = row[index + 1];
            row[index + 1] = replaced.min(diagonal + 1).min(row[index] + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_recognised_and_strangers_are_not() {
        let names = ["location", "gatewaySku", "vnetName", "x"];
        for (name, expected) in [
            ("lokation", Some("location")),
            ("gatewaysku", Some("gatewaySku")),
            ("vnetNames", Some("vnetName")),
            ("y", None),
            ("tags", None),
            ("", None),
        ] {
            assert_eq!(nearest(name, names.into_iter()), expected, "{name}");
        }
        assert_eq!(nearest(&"l".repeat(1_000_000), names.into_iter()), None);
    }

    #[test]
    fn distances_are_levenshteins() {
        let letters = |word: &str| word.chars().collect::<Vec<_>>();
        for (from, to, expected) in [
            ("kitten", "sitting", 3),
            ("", "abc", 3),
            ("abc", "abc", 0),
            ("ab", "ba", 2),
        ] {
            assert_eq!(distance(&letters(from), &letters(to)), expected);
        }
    }
}

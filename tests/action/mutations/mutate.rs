//! Changes a JSON value at random places.

use serde_json::{Map, Value, json};

/// The name that hostile texts try to set as an output.
pub(super) const FORGED: &str = "forged";

/// Texts that the runner, GitHub, a parser or a terminal could misread.
const HOSTILE: [&str; 14] = [
    "",
    "\r\n::set-output name=forged::1",
    "\n##[error]forged\u{1b}[2J",
    "\u{feff}::add-path::/forged",
    "EOF\nforged=1\nforged<<EOF\n1\nEOF\n",
    "<img src=x onerror=y>|`*@octocat* [a](http://evil.example)",
    "</code></details>\n\n# forged\n```\n",
    "/subscriptions/../../x?api-version=1#",
    "https://evil.example/operations",
    "PT99999999999999H",
    "9999-12-31T23:59:59.9999999Z",
    "{\"error\": {\"code\": \"Inner\", \"message\": \"in a text\"}}",
    "\u{202e}\u{0}\u{2028}\u{85}",
    "Succeeded",
];

/// Numbers from a seed, the same ones for the same seed (SplitMix64).
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `limit`, which is not 0.
    pub(super) fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit as u64).unwrap()
    }

    pub(super) fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    pub(super) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

/// `value` with one to four changes.
pub(super) fn mutated(mut value: Value, dice: &mut Dice) -> Value {
    for _ in 0..=dice.below(4) {
        change(&mut value, dice, 0);
    }
    value
}

/// Walks down to some place and changes what is there.
fn change(value: &mut Value, dice: &mut Dice, depth: usize) {
    let stop = depth > 0 && dice.one_in(4);
    match value {
        Value::Object(members) if !stop && !members.is_empty() => {
            let at = dice.below(members.len());
            let name = members.keys().nth(at).unwrap().clone();
            if dice.one_in(6) {
                change_member(members, &name, dice);
            } else {
                change(members.get_mut(&name).unwrap(), dice, depth + 1);
            }
        }
        Value::Array(items) if !stop && !items.is_empty() => {
            let at = dice.below(items.len());
            match dice.below(6) {
                0 => drop(items.remove(at)),
                1 => items.insert(at, items[at].clone()),
                2 => items.truncate(at),
                _ => change(&mut items[at], dice, depth + 1),
            }
        }
        _ => *value = other(value, dice),
    }
}

/// Drops a member, renames it, or gives it the value of another.
fn change_member(members: &mut Map<String, Value>, name: &str, dice: &mut Dice) {
    match dice.below(4) {
        0 => drop(members.remove(name)),
        1 => {
            let value = members.remove(name).unwrap();
            members.insert(name.to_uppercase(), value);
        }
        2 => {
            let value = members[name].clone();
            members.insert((*dice.pick(&HOSTILE)).to_owned(), value);
        }
        _ => {
            let at = dice.below(members.len());
            let other = members.values().nth(at).unwrap().clone();
            members.insert(name.to_owned(), other);
        }
    }
}

/// Something else than `value`: another type, a hostile text, a number at a limit, too much of it.
fn other(value: &Value, dice: &mut Dice) -> Value {
    match dice.below(12) {
        0 => Value::Null,
        1 => json!(true),
        2 => json!([value]),
        3 => json!({ "value": value }),
        4 => json!(value.to_string()),
        5 => json!(*dice.pick(&[-1_i64, 0, i64::MAX, i64::MIN])),
        6 => json!(1e308),
        7 => nested(value, dice.below(120)),
        8 => json!("x".repeat(dice.below(100_000))),
        _ => json!(*dice.pick(&HOSTILE)),
    }
}

fn nested(value: &Value, depth: usize) -> Value {
    (0..depth).fold(value.clone(), |inside, level| {
        if level % 2 == 0 {
            json!([inside])
        } else {
            json!({ "details": inside })
        }
    })
}

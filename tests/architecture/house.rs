//! Which file uses which, and from which rooms a file imports.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use crate::{
    paths::{Import, Names},
    tokens::{blank, tokens, without_tests},
};

/// More links than a name is ever imported over; then they form a circle.
const MAX_LINKS: usize = 16;

/// A module's path beneath the crate; the crate itself is empty.
type Module = Vec<String>;

/// One file of the program, without its tests.
#[derive(Debug)]
pub struct File {
    /// Its path beneath `src`.
    pub path: String,
    /// The folder of `src` that it is in, or its own name.
    pub room: String,
    /// Lines with code.
    pub lines: usize,
    names: Names,
}

/// The program's files, by module.
#[derive(Debug, Default)]
pub struct House {
    files: BTreeMap<Module, File>,
}

/// Files, the files that each uses, and a name that it uses of them.
pub type Uses<'a> = BTreeMap<&'a str, BTreeMap<&'a str, &'a str>>;

/// What a path leads to.
#[derive(Clone, Debug, PartialEq)]
enum Target {
    Module(Module),
    /// An item that this module defines.
    Item(Module),
}

impl House {
    /// Reads all Rust files beneath `folder`.
    pub fn read(folder: &Path) -> Self {
        let mut sources = BTreeMap::new();
        let mut folders = vec![folder.to_owned()];
        while let Some(next) = folders.pop() {
            for entry in fs::read_dir(next).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|extension| extension == "rs") {
                    let name = path.strip_prefix(folder).unwrap().to_str().unwrap();
                    sources.insert(name.replace('\\', "/"), fs::read_to_string(&path).unwrap());
                }
            }
        }
        Self::new(
            sources
                .iter()
                .map(|(path, text)| (path.as_str(), text.as_str())),
        )
    }

    /// The house of these files: paths beneath `src`, and their texts.
    pub fn new<'a>(sources: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut house = Self::default();
        let mut tests: Vec<Module> = Vec::new();
        for (path, text) in sources {
            let module = module_of(path);
            let blanked = blank(text);
            let split = without_tests(&tokens(&blanked));
            let below = split.test_modules.iter().map(|name| child(&module, name));
            tests.extend(below);
            let lines: BTreeSet<_> = split.code.iter().map(|token| token.line).collect();
            let file = File {
                path: path.to_owned(),
                room: room_of(path),
                lines: lines.len(),
                names: Names::read(&split.code),
            };
            house.files.insert(module, file);
        }
        house
            .files
            .retain(|module, _| !tests.iter().any(|test| module.starts_with(test)));
        house
    }

    pub fn files(&self) -> impl Iterator<Item = &File> {
        self.files.values()
    }

    /// The files that each file uses, with a name that it uses of them. Whatever is only passed on counts for the file
    /// that defines it.
    pub fn uses(&self) -> Uses<'_> {
        let mut uses = Uses::new();
        for (module, file) in &self.files {
            let used = uses.entry(file.path.as_str()).or_default();
            let imports = file.names.imports.iter();
            let imports = imports.filter(|import| !file.only_passes_on(import));
            let imports = imports.map(|import| &import.path);
            for path in imports.chain(&file.names.paths) {
                if let Some(Target::Item(owner)) = self.resolve(module, path, 0)
                    && owner != *module
                {
                    let name = path.last().map_or("", String::as_str);
                    used.entry(&self.files[&owner].path).or_insert(name);
                }
            }
        }
        uses
    }

    /// The files with the other rooms that they import from: those that a path names, and those that it leads to.
    pub fn imported_rooms(&self) -> BTreeSet<(&str, &str)> {
        let mut imported = BTreeSet::new();
        for (module, file) in &self.files {
            let imports = file.names.imports.iter().map(|import| &import.path);
            for path in imports.chain(&file.names.paths) {
                let owner = match self.resolve(module, path, 0) {
                    Some(Target::Item(owner) | Target::Module(owner)) => self.files.get(&owner),
                    None => continue,
                };
                let named = path.get(1).filter(|_| path[0] == "crate");
                let named = named.and_then(|name| self.files.get([name.clone()].as_slice()));
                let rooms = owner
                    .into_iter()
                    .chain(named)
                    .map(|file| file.room.as_str());
                let others = rooms.filter(|room| *room != file.room);
                imported.extend(others.map(|room| (file.path.as_str(), room)));
            }
        }
        imported
    }

    fn resolve(&self, module: &[String], path: &[String], links: usize) -> Option<Target> {
        let (first, rest) = path.split_first()?;
        let mut target = match first.as_str() {
            "crate" => Target::Module(Module::new()),
            "self" => Target::Module(module.to_vec()),
            "super" => Target::Module(parent(module)),
            _ => self.look_up(module, first, rest.is_empty(), links)?,
        };
        for (at, name) in rest.iter().enumerate() {
            let Target::Module(module) = &target else {
                break;
            };
            let is_last = at + 1 == rest.len();
            target = match name.as_str() {
                "super" => Target::Module(parent(module)),
                _ => self
                    .look_up(module, name, is_last, links)
                    .unwrap_or_else(|| Target::Item(module.clone())),
            };
        }
        Some(target)
    }

    /// What `name` is in `module`: a module rather than an item of the same name, unless the path ends with it.
    fn look_up(
        &self,
        module: &[String],
        name: &str,
        is_last: bool,
        links: usize,
    ) -> Option<Target> {
        if links > MAX_LINKS {
            return None;
        }
        let below = child(module, name);
        let below = self
            .files
            .contains_key(&below)
            .then_some(Target::Module(below));
        if below.is_some() && !is_last {
            return below;
        }
        let names = &self.files.get(module)?.names;
        let mut imports = names.imports.iter().filter(|import| import.name == name);
        let imported = imports.find_map(|import| self.resolve(module, &import.path, links + 1));
        let own = || {
            names
                .defined
                .contains(name)
                .then(|| Target::Item(module.to_vec()))
        };
        imported.or(below).or_else(own).or_else(|| {
            let mut globs = names.imports.iter().filter(|import| import.name == "*");
            globs.find_map(|glob| {
                let (_, path) = glob.path.split_last()?;
                match self.resolve(module, path, links + 1)? {
                    Target::Module(from) => self.look_up(&from, name, is_last, links + 1),
                    Target::Item(_) => None,
                }
            })
        })
    }
}

impl File {
    /// Whether this file re-exports a name that it does not use itself.
    fn only_passes_on(&self, import: &Import) -> bool {
        import.public && !self.names.words.contains(&import.name)
    }
}

fn module_of(path: &str) -> Module {
    let path = path.trim_end_matches(".rs");
    let mut module: Module = path.split('/').map(str::to_owned).collect();
    if module.last().is_some_and(|last| last == "mod") || path == "lib" {
        module.pop();
    }
    module
}

fn room_of(path: &str) -> String {
    let room = path.split('/').next().unwrap_or_default();
    room.trim_end_matches(".rs").to_owned()
}

fn child(module: &[String], name: &str) -> Module {
    let mut child = module.to_vec();
    child.push(name.to_owned());
    child
}

fn parent(module: &[String]) -> Module {
    module
        .split_last()
        .map_or_else(Module::new, |(_, parent)| parent.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uses_of(path: &str, sources: &[(&'static str, &'static str)]) -> Vec<(String, String)> {
        let house = House::new(sources.iter().copied());
        let used = house.uses()[path].clone();
        used.iter()
            .map(|(file, name)| ((*file).to_owned(), (*name).to_owned()))
            .collect()
    }

    #[test]
    fn names_lead_to_the_file_that_defines_them() {
        let sources = [
            ("lib.rs", "mod a; mod b;"),
            (
                "a/mod.rs",
                "mod c; mod run; pub(crate) use c::{C, D as E}; pub use run::run;",
            ),
            (
                "a/c.rs",
                "pub struct C; pub struct D; use super::super::b; fn f() { b::g(); b::h::i() }",
            ),
            ("a/run.rs", "pub fn run() {} use super::E;"),
            (
                "b/mod.rs",
                "mod h; pub(crate) use crate::a::{C, run}; pub fn g(c: C) { std::i::j() }",
            ),
            (
                "b/h.rs",
                "use crate::a; use super::*; fn i() { a::run(run::<C>()) }",
            ),
        ];
        let expect = |path: &str, used: &[(&str, &str)]| {
            let used = used
                .iter()
                .map(|(file, name)| ((*file).to_owned(), (*name).to_owned()));
            assert_eq!(uses_of(path, &sources), used.collect::<Vec<_>>(), "{path}");
        };
        expect("a/mod.rs", &[]);
        expect("a/c.rs", &[("b/h.rs", "i"), ("b/mod.rs", "g")]);
        expect("a/run.rs", &[("a/c.rs", "E")]);
        expect("b/mod.rs", &[("a/c.rs", "C")]);
        expect("b/h.rs", &[("a/run.rs", "run"), ("b/mod.rs", "*")]);
    }

    #[test]
    fn tests_do_not_count() {
        let sources = [
            ("lib.rs", "mod a;\n\n#[cfg(test)]\nmod b;\n"),
            (
                "a.rs",
                "// A\n#[cfg(test)]\nmod tests {\n    use crate::b::c;\n}\n",
            ),
            ("b/mod.rs", "mod c;"),
            ("b/c.rs", "use crate::a::d;"),
        ];
        let house = House::new(sources);
        let lines: Vec<_> = house
            .files()
            .map(|file| (file.path.as_str(), file.lines))
            .collect();
        assert_eq!(lines, [("lib.rs", 1), ("a.rs", 0)]);
        assert!(house.uses()["a.rs"].is_empty());
    }

    #[test]
    fn a_room_is_imported_by_its_name_or_through_another() {
        let sources = [
            ("lib.rs", "mod a; mod b; mod c;"),
            ("a.rs", "pub use crate::c::C;"),
            ("b/mod.rs", "mod d; use self::d::D;"),
            ("b/d.rs", "use crate::a; pub struct D(a::C);"),
            ("c.rs", "pub struct C;"),
        ];
        let house = House::new(sources);
        let imported: Vec<_> = house.imported_rooms().into_iter().collect();
        assert_eq!(imported, [("a.rs", "c"), ("b/d.rs", "a"), ("b/d.rs", "c")]);
    }
}

//! What the catalog says of one input or output.

/// Section of the reference that an input belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Section {
    /// Credentials and clouds.
    SignIn,
    /// Template, parameters and scope.
    Deployment,
    /// Time, endings and reports.
    Run,
}

impl Section {
    /// All sections, in the order of `docs/inputs.md`.
    pub(crate) const ALL: [Self; 3] = [Self::SignIn, Self::Deployment, Self::Run];

    /// The section's heading.
    #[must_use]
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::SignIn => "Who signs in",
            Self::Deployment => "What is deployed",
            Self::Run => "How it runs",
        }
    }
}

/// How an input is given on a command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// With one value.
    Value,
    /// With any number of values, which are lines of the input.
    Lines,
    /// With `true` or `false`; alone it means `true`.
    Switch,
    /// Not at all, as it is a secret and others can see command lines.
    Secret,
}

/// An input of the action.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Input {
    /// Its section.
    pub section: Section,
    /// Its name in `with:`.
    pub name: &'static str,
    /// How it is given on a command line.
    pub kind: Kind,
    /// Its value when it is not given; empty for none.
    pub default: &'static str,
    /// What it means, as Markdown on one line.
    pub description: &'static str,
    /// Environment variable that stands in when it is not given.
    pub variable: Option<&'static str>,
}

/// An output of the action.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    /// Its name in `steps.<id>.outputs`.
    pub name: &'static str,
    /// What it holds, as Markdown on one line.
    pub description: &'static str,
}

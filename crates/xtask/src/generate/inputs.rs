//! An action's inputs as its readers need them: from the command line's definition to names, sentences and defaults.

use std::any::TypeId;

use clap::Arg;
use gatewright_core::action::Action;
use gatewright_core::input::{is_input, is_list};

/// An input, described.
#[derive(Clone, Debug)]
pub struct InputAbout {
    /// Its name in `with:` and in the configuration: `fail-on`.
    pub name: String,
    /// What it means: sentences.
    pub help: String,
    /// What holds where nobody says anything.
    pub default: Option<String>,
    /// It takes many values, one a line.
    pub list: bool,
    /// It is the token of the job, which is handed over unless somebody says otherwise.
    pub token: bool,
    /// It is shared by all actions.
    pub shared: bool,
    argument: Arg,
}

impl InputAbout {
    /// All inputs of an action, in the order of declaration.
    pub fn all(action: &Action) -> Vec<Self> {
        action.command().get_arguments().filter(|argument| is_input(argument)).map(Self::of).collect()
    }

    /// What an argument says about itself.
    pub fn of(argument: &Arg) -> Self {
        let name = argument.get_long().unwrap_or_default().to_owned();
        let help =
            argument.get_long_help().or(argument.get_help()).map(ToString::to_string).unwrap_or_default();
        let defaults: Vec<_> =
            argument.get_default_values().iter().map(|value| value.to_string_lossy().into_owned()).collect();
        Self {
            help: sentence(&help),
            default: (!defaults.is_empty()).then(|| defaults.join(", ")),
            list: is_list(argument),
            token: is_secret(argument) && name == "token",
            shared: argument.get_help_heading() == Some("Shared"),
            name,
            argument: argument.clone(),
        }
    }

    /// Whether its values are of a type.
    pub(super) fn is<T: 'static>(&self) -> bool {
        is_of::<T>(&self.argument)
    }

    /// The help with the default behind it.
    pub fn description(&self) -> String {
        match &self.default {
            Some(default) => format!("{} Default: `{default}`.", self.help),
            None => self.help.clone(),
        }
    }

    /// The variable that carries it through a POSIX shell, which drops names with hyphens.
    pub fn variable(&self) -> String {
        format!("INPUT_{}", self.name.to_uppercase().replace('-', "_"))
    }
}

/// Whether an argument's values are of a type.
pub(super) fn is_of<T: 'static>(argument: &Arg) -> bool {
    argument.get_value_parser().type_id() == TypeId::of::<T>()
}

/// Whether an argument's value must not be shown; core knows it by the same word.
pub(super) fn is_secret(argument: &Arg) -> bool {
    argument.get_value_names().is_some_and(|names| names.iter().any(|name| name == "SECRET"))
}

/// One line that ends as a sentence does: clap takes the full stop away where it is the only one.
pub(super) fn sentence(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.chars().next_back() {
        None | Some('.' | '!' | '?') => line,
        Some(_) => line + ".",
    }
}

//! From flags, environment and configuration to typed inputs, with the provenance of every value.
//!
//! A flag or `with:` beats the configuration, which beats the default. All three end as one command line, which clap
//! checks, so that a value is refused alike wherever it comes from, and the refusal names that place.

pub mod shared;
pub mod value;

use std::collections::BTreeMap;
use std::fmt;

use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command};

use crate::config::Settings;
use crate::config::yaml::Place;
use crate::failure::Failure;

use shared::{FLAG_ONLY, NOT_IN_CONFIG};

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Provenance {
    /// The command line.
    Flag,
    /// `with:`, carried by this variable.
    Environment(String),
    /// The configuration.
    Config {
        /// The file.
        path: String,
        /// The place in it.
        place: Place,
    },
    /// Nobody said anything.
    Default,
}

impl fmt::Display for Provenance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag => f.write_str("flag"),
            Self::Environment(variable) => write!(f, "with: ({variable})"),
            Self::Config { path, place } => write!(f, "{path}:{}:{}", place.line, place.column),
            Self::Default => f.write_str("default"),
        }
    }
}

/// One input, with every place that said something about it; the first one won.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResolvedInput {
    /// Its name: `minimum-patch`.
    pub name: String,
    /// The values that were said, the winner first.
    pub candidates: Vec<(Provenance, Vec<String>)>,
    /// It must not be shown.
    pub secret: bool,
}

/// All inputs of one run.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// What clap made of the winners.
    pub matches: ArgMatches,
    /// Every input in the order of its declaration.
    pub inputs: Vec<ResolvedInput>,
}

impl Resolved {
    /// A text over all winners, for the digest of a report.
    pub fn canonical(&self) -> String {
        let line = |input: &ResolvedInput| {
            // A token is another one in every run, and says nothing about how was judged.
            let winner = input.candidates.first().filter(|_| !input.secret);
            let values = winner.map(|(_, values)| values.join("\u{1f}")).unwrap_or_default();
            format!("{}={values}\n", input.name)
        };
        self.inputs.iter().map(line).collect()
    }

    /// Where the value of an input came from.
    pub fn provenance(&self, name: &str) -> Provenance {
        let input = self.inputs.iter().find(|input| input.name == name);
        input
            .and_then(|input| input.candidates.first())
            .map_or(Provenance::Default, |(provenance, _)| provenance.clone())
    }
}

/// What is said outside the configuration.
#[derive(Clone, Copy, Debug)]
pub struct Said<'a> {
    /// The parsed command line.
    pub flags: &'a ArgMatches,
    /// The environment; empty where `INPUT_*` must not be read.
    pub variables: &'a BTreeMap<String, String>,
}

/// Decides every input.
///
/// # Errors
/// Two spellings of one variable disagree, a value is refused, or the configuration holds what is no value.
pub fn resolve(
    command: &Command,
    said: Said<'_>,
    settings: Option<&Settings<'_>>,
) -> Result<Resolved, Failure> {
    let mut inputs = Vec::new();
    let words = spoken(command, said.flags)?;
    for argument in command.get_arguments().filter(|argument| is_input(argument)) {
        inputs.push(resolve_one(argument, &words, said, settings)?);
    }
    let matches = parse(command, &inputs, settings)?;
    Ok(Resolved { matches, inputs })
}

/// The command with every value taken as text: what a first reading of the command line needs, because values
/// are judged together with those of all other places.
pub fn unjudged(command: Command) -> Command {
    command.mut_args(|argument| {
        if is_input(&argument) {
            argument.value_parser(clap::builder::ValueParser::string())
        } else {
            argument
        }
    })
}

/// Whether an argument is an input of the action, as opposed to a flag of the program.
pub fn is_input(argument: &Arg) -> bool {
    argument.get_long().is_some_and(|long| !FLAG_ONLY.contains(&long))
}

/// Whether an input may stand in the configuration.
pub fn is_setting(name: &str) -> bool {
    !NOT_IN_CONFIG.contains(&name)
}

/// Whether an input takes many values.
pub fn is_list(argument: &Arg) -> bool {
    matches!(argument.get_action(), ArgAction::Append)
}

fn is_secret(argument: &Arg) -> bool {
    argument.get_value_names().is_some_and(|names| names.iter().any(|name| name == "SECRET"))
}

/// The positional words of a command line, by what they are: `files` before a verb, and the verb's operands behind it.
#[derive(Debug, Default)]
struct Words {
    files: Vec<String>,
    verb: Option<String>,
    operands: Vec<String>,
}

fn spoken(command: &Command, flags: &ArgMatches) -> Result<Words, Failure> {
    let positional = command.get_arguments().find(|argument| argument.is_positional());
    let Some(positional) = positional.map(|argument| argument.get_id().as_str()) else {
        return Ok(Words::default());
    };
    let mut files = if flags.try_contains_id(positional).unwrap_or(false) {
        raw_values(flags, positional)
    } else {
        Vec::new()
    };
    let verbs = command.get_arguments().find(|argument| argument.get_id() == "command");
    let verbs = verbs.map(Arg::get_possible_values).unwrap_or_default();
    let is_verb = |word: &String| verbs.iter().any(|verb| verb.get_name() == word);
    let mut operands = match files.iter().position(is_verb) {
        Some(at) => files.split_off(at),
        None => Vec::new(),
    };
    let verb = (!operands.is_empty()).then(|| operands.remove(0));
    // `--verbose false` would read a report called `false`.
    if let Some(word) = files.iter().find(|word| matches!(word.as_str(), "true" | "false")) {
        return Err(Failure::usage(
            format!("`{word}` stands alone"),
            format!(
                "A flag's value follows an equals sign: `--verbose={word}`; a file of this name is `./{word}`."
            ),
        ));
    }
    match files.first().filter(|_| positional == "WORDS") {
        None => Ok(Words { files, verb, operands }),
        Some(word) => {
            let names: Vec<&str> = verbs.iter().map(clap::builder::PossibleValue::get_name).collect();
            let near = crate::nearest::nearest(word, names.iter().copied());
            let hint = near.map(|near| format!(", did you mean `{near}`?")).unwrap_or_default();
            let message = format!("there is no verb `{word}`{hint}");
            Err(Failure::usage(message, format!("The verbs are: {}.", names.join(", "))))
        }
    }
}

fn resolve_one(
    argument: &Arg,
    words: &Words,
    said: Said<'_>,
    settings: Option<&Settings<'_>>,
) -> Result<ResolvedInput, Failure> {
    let name = argument.get_long().unwrap_or_default().to_owned();
    let id = argument.get_id().as_str();
    let mut candidates = Vec::new();
    if said.flags.value_source(id) == Some(ValueSource::CommandLine) {
        candidates.push((Provenance::Flag, raw_values(said.flags, id)));
    }
    // Words join the flag of the same meaning.
    let spoken = match id {
        "files" => words.files.as_slice(),
        "command" => words.verb.as_slice(),
        "args" => words.operands.as_slice(),
        _ => &[],
    };
    if !spoken.is_empty() {
        match candidates.first_mut() {
            Some((_, flags)) if !is_list(argument) && flags.as_slice() != spoken => {
                return Err(Failure::usage(
                    format!("the verb is `{}`, but `--{name}` says `{}`", spoken.join(" "), flags.join(" ")),
                    "Say it once.",
                ));
            }
            Some((_, flags)) if is_list(argument) => flags.extend_from_slice(spoken),
            Some(_) => {}
            None => candidates.push((Provenance::Flag, spoken.to_vec())),
        }
    }
    if let Some((variable, text)) = variable(&name, said.variables)? {
        let values = if is_list(argument) { value::lines(&text) } else { vec![text] };
        candidates.push((Provenance::Environment(variable), values));
    }
    if let Some(settings) = settings.filter(|_| is_setting(&name))
        && let Some((values, place)) = settings.values(&name)?
    {
        let values = if is_list(argument) {
            values.iter().flat_map(|text| value::lines(text)).collect()
        } else {
            values
        };
        if values.len() > 1 && !is_list(argument) {
            let message = format!("`{name}` holds a list, expected a single value");
            return Err(settings.file().error(place, message, "Write one value.").into());
        }
        candidates.push((Provenance::Config { path: settings.file().path.clone(), place }, values));
    }
    let default: Vec<String> =
        argument.get_default_values().iter().map(|value| value.to_string_lossy().into_owned()).collect();
    candidates.push((Provenance::Default, default));
    // A flag that is given but empty means unset, as an empty `with:` does.
    candidates.retain(|(provenance, values)| {
        *provenance == Provenance::Default || values.iter().any(|value| !value.is_empty())
    });
    Ok(ResolvedInput { name, candidates, secret: is_secret(argument) })
}

fn raw_values(flags: &ArgMatches, id: &str) -> Vec<String> {
    flags.get_raw(id).into_iter().flatten().map(|value| value.to_string_lossy().trim().to_owned()).collect()
}

fn variable(name: &str, variables: &BTreeMap<String, String>) -> Result<Option<(String, String)>, Failure> {
    let [hyphens, underscores] = value::variables(name);
    let read =
        |variable: &str| variables.get(variable).map(|text| text.trim()).filter(|text| !text.is_empty());
    match (read(&hyphens), read(&underscores)) {
        (Some(one), Some(two)) if one != two => Err(Failure::usage(
            format!(
                "the input `{name}` has two values: `{hyphens}` is `{one}` and `{underscores}` is `{two}`"
            ),
            "Set one of the two variables, or both alike.",
        )),
        (Some(text), _) => Ok(Some((hyphens, text.to_owned()))),
        (None, Some(text)) => Ok(Some((underscores, text.to_owned()))),
        (None, None) => Ok(None),
    }
}

fn parse(
    command: &Command,
    inputs: &[ResolvedInput],
    settings: Option<&Settings<'_>>,
) -> Result<ArgMatches, Failure> {
    let mut words = vec![command.get_name().to_owned()];
    inputs.iter().for_each(|input| words.extend(input.words()));
    command.clone().try_get_matches_from(words).map_err(|error| refusal(command, inputs, settings, &error))
}

impl ResolvedInput {
    fn words(&self) -> Vec<String> {
        match self.candidates.first() {
            None | Some((Provenance::Default, _)) => Vec::new(),
            Some((_, values)) => values.iter().map(|value| format!("--{}={value}", self.name)).collect(),
        }
    }
}

/// Says which input was refused and where its value stands.
fn refusal(
    command: &Command,
    inputs: &[ResolvedInput],
    settings: Option<&Settings<'_>>,
    all: &clap::Error,
) -> Failure {
    for input in inputs {
        for word in input.words() {
            let alone = [command.get_name().to_owned(), word.clone()];
            let Err(error) = command.clone().try_get_matches_from(alone) else { continue };
            let value = word.split_once('=').map_or("", |(_, value)| value);
            let provenance =
                input.candidates.first().map_or(Provenance::Default, |(provenance, _)| provenance.clone());
            return refused_value(input, value, &provenance, settings, &reason(&error));
        }
    }
    Failure::usage(reason(all), "Run with --help to see the inputs.")
}

fn refused_value(
    input: &ResolvedInput,
    value: &str,
    provenance: &Provenance,
    settings: Option<&Settings<'_>>,
    reason: &str,
) -> Failure {
    let shown = if input.secret { "its value" } else { value };
    let help = format!(
        "Correct it; `--help` describes `{}`, and `--explain-inputs` shows where every value comes from.",
        input.name
    );
    if let (Provenance::Config { place, .. }, Some(settings)) = (provenance, settings) {
        let message = format!("`{}` can't be `{shown}`: {reason}", input.name);
        return settings.file().error(*place, message, help).into();
    }
    Failure::usage(
        format!("the input `{}` can't be `{shown}` ({}): {reason}", input.name, origin(provenance)),
        help,
    )
}

/// Where a refused value comes from, in a sentence.
fn origin(provenance: &Provenance) -> String {
    match provenance {
        Provenance::Flag => "from the command line".to_owned(),
        Provenance::Environment(variable) => format!("from `with:`, as {variable}"),
        other => format!("from {other}"),
    }
}

/// The heart of what clap says about a value.
fn reason(error: &clap::Error) -> String {
    use clap::error::{ContextKind, ContextValue};
    if let Some(ContextValue::Strings(values)) = error.get(ContextKind::ValidValue) {
        return format!("expected {}", values.join(" or "));
    }
    let source = std::error::Error::source(error).map(ToString::to_string);
    source.unwrap_or_else(|| {
        let text = error.to_string();
        text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned()
    })
}

#[cfg(test)]
mod tests {
    use clap::Args as _;
    use expect_test::expect;

    use super::*;
    use crate::config::ConfigFile;

    #[test]
    fn words_before_a_verb_are_files_and_words_behind_it_its_operands() {
        let verb =
            Arg::new("command").long("command").default_value("judge").value_parser(["judge", "explain"]);
        let list = |name: &'static str| Arg::new(name).long(name).action(ArgAction::Append);
        let command = |positional: &'static str| {
            let positional = Arg::new(positional).num_args(0..);
            Command::new("sample").args([verb.clone(), list("files"), list("args"), positional])
        };
        let check = |positional: &'static str, words: &str| {
            let command = command(positional);
            let words = format!("sample {words}");
            let flags = unjudged(command.clone()).try_get_matches_from(words.split(' ')).unwrap();
            match resolve(&command, Said { flags: &flags, variables: &BTreeMap::new() }, None) {
                Err(failure) => failure.to_string(),
                Ok(resolved) => resolved.canonical().replace('\u{1f}', "+").replace('\n', " "),
            }
        };
        assert_eq!(
            check("FILES", "a.out --files b.out explain src/a.rs src/b.rs"),
            "command=explain files=b.out+a.out args=src/a.rs+src/b.rs "
        );
        assert_eq!(check("FILES", "a.out b.out"), "command=judge files=a.out+b.out args= ");
        assert_eq!(check("FILES", "--command explain explain"), "command=explain files= args= ");
        let twice = "the verb is `explain`, but `--command` says `judge`";
        assert_eq!(check("FILES", "--command judge explain"), twice);
        assert_eq!(check("WORDS", "explian"), "there is no verb `explian`, did you mean `explain`?");
    }

    #[derive(clap::Args)]
    struct Sample {
        #[arg(long, default_value = "85")]
        minimum: crate::decimal::Percent,
        #[arg(long)]
        files: Vec<String>,
        #[arg(long, value_name = "SECRET")]
        token: Option<String>,
    }

    fn check(flags: &[&str], variables: &[(&str, &str)], config: &str) -> String {
        let command = shared::SharedInputs::augment_args(Sample::augment_args(Command::new("sample")));
        let words = std::iter::once("sample").chain(flags.iter().copied());
        let matches = unjudged(command.clone()).try_get_matches_from(words).unwrap();
        let variables =
            variables.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let file = ConfigFile::parse("c.yml", config).unwrap();
        let settings = file.settings("sample").unwrap();
        match resolve(&command, Said { flags: &matches, variables: &variables }, settings.first()) {
            Err(failure) => format!("{failure} {:?}", failure.at.as_ref().map(|at| at.place.line)),
            Ok(resolved) => {
                let shown = resolved.inputs.iter().filter(|input| input.candidates.len() > 1);
                shown
                    .map(|input| {
                        format!(
                            "{} {:?}\n",
                            input.name,
                            input
                                .candidates
                                .iter()
                                .map(|(provenance, values)| format!("{provenance}: {}", values.join("+")))
                                .collect::<Vec<_>>()
                        )
                    })
                    .collect()
            }
        }
    }

    #[test]
    fn flags_beat_with_beats_configuration_beats_default() {
        expect![[r#"
            minimum ["flag: 90", "with: (INPUT_MINIMUM): 91", "c.yml:2:12: 92", "default: 85"]
            files ["with: (INPUT_FILES): a+b", "default: "]
            fail-on ["with: (INPUT_FAIL_ON): low", "default: high"]
        "#]]
        .assert_eq(&check(
            &["--minimum", "90"],
            &[
                ("INPUT_MINIMUM", " 91 "),
                ("INPUT_FILES", "a\n\n b "),
                ("INPUT_FAIL_ON", "low"),
                ("INPUT_CONFIG", ""),
            ],
            "sample:\n  minimum: 92\n",
        ));
    }

    #[test]
    fn refusals_name_the_place() {
        expect![
            "`minimum` can't be `101`: expected a percentage from 0 to 100, such as `85` or `99.5` Some(3)"
        ]
        .assert_eq(&check(&[], &[], "sample:\n\n  minimum: 101\n"));
        expect![
            "the input `summary` can't be `yes` (from `with:`, as INPUT_SUMMARY): expected true or false None"
        ]
        .assert_eq(&check(&[], &[("INPUT_SUMMARY", "yes")], ""));
        expect![
            "the input `fail-on` has two values: `INPUT_FAIL-ON` is `low` and `INPUT_FAIL_ON` is `high` None"
        ]
        .assert_eq(&check(&[], &[("INPUT_FAIL-ON", "low"), ("INPUT_FAIL_ON", "high")], ""));
        expect!["the input `config-from` can't be `head` (from `with:`, as INPUT_CONFIG-FROM): expected base or head-with-warning None"]
            .assert_eq(&check(&[], &[("INPUT_CONFIG-FROM", "head")], ""));
        expect!["`minimum` holds a list, expected a single value Some(2)"].assert_eq(&check(
            &[],
            &[],
            "sample:\n  minimum: [1, 2]\n",
        ));
        expect!["the input `annotations` can't be `11` (from `with:`, as INPUT_ANNOTATIONS): 11 is not in 0..=10 None"]
            .assert_eq(&check(&[], &[("INPUT_ANNOTATIONS", "11")], ""));
    }

    #[test]
    fn empty_means_unset() {
        assert_eq!(check(&["--minimum="], &[("INPUT_MINIMUM", "")], "sample:\n  minimum:\n"), "");
    }
}

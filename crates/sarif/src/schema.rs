//! What the schema of SARIF 2.1.0 says about the parts that are passed on without being looked at: which members an object
//! has, of what type, and which it must have. Strict validators refuse a whole file for one member too many.

/// What a value must be.
#[derive(Debug)]
pub(crate) enum Shape {
    /// A string.
    Text,
    /// A string that is one of these.
    Word(&'static [&'static str]),
    /// A URI with a scheme.
    Uri,
    /// A URI that may be relative.
    Reference,
    /// A UUID.
    Guid,
    /// A date and time of RFC 3339.
    Time,
    /// A whole number from this one on.
    Int(i64),
    /// A number from and to.
    Number(f64, f64),
    /// `true` or `false`.
    Bool,
    /// An object.
    Object(&'static Object),
    /// An array of at least so many.
    List(&'static Shape, usize),
    /// A language: `en-US`.
    Language,
    /// An array of which no two are equal.
    Set(&'static Shape),
    /// The same of objects that others point at by their number: equal ones stay, as references to the first.
    Table(&'static Shape),
    /// An object whose members are all of one shape.
    Map(&'static Shape),
    /// A property bag: anything, but `tags` are texts.
    Bag,
    /// Anything.
    Any,
}

/// The members of an object; each may have `properties` besides.
#[derive(Debug)]
pub(crate) struct Object {
    pub(crate) members: &'static [(&'static str, Shape)],
    pub(crate) required: &'static [&'static str],
    /// What is special about it.
    pub(crate) special: Special,
}

/// Objects that refer to others by a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Special {
    None,
    /// To the run's `artifacts`.
    ArtifactLocation,
    /// To the run's `logicalLocations`.
    LogicalLocation,
    /// To the run's `threadFlowLocations`.
    ThreadFlowLocation,
    /// To a list of rules.
    DescriptorReference,
    /// To taxonomies, which are passed on as they are, so that its index stays right.
    TaxonReference,
    /// A notification of the tool: GitHub's rules want it described as rules are.
    Notification,
}

impl Object {
    const fn plain(members: &'static [(&'static str, Shape)], required: &'static [&'static str]) -> Self {
        Self { members, required, special: Special::None }
    }

    pub(crate) fn member(&self, key: &str) -> Option<&'static Shape> {
        self.members.iter().find(|(name, _)| *name == key).map(|(_, shape)| shape)
    }
}

use Shape::{
    Any, Bag, Bool, Guid, Int, Language, List, Map, Number, Reference, Set, Table, Text, Time, Uri, Word,
};

const LEVELS: &[&str] = &["none", "note", "warning", "error"];
const COUNT: f64 = 1.0e18;

pub(crate) static MESSAGE: Object =
    Object::plain(&[("text", Text), ("markdown", Text), ("id", Text), ("arguments", List(&Text, 0))], &[]);
static MULTIFORMAT: Object = Object::plain(&[("text", Text), ("markdown", Text)], &["text"]);
pub(crate) static ARTIFACT_LOCATION: Object = Object {
    members: &[
        ("uri", Reference),
        ("uriBaseId", Text),
        ("index", Int(-1)),
        ("description", Shape::Object(&MESSAGE)),
    ],
    required: &[],
    special: Special::ArtifactLocation,
};
static ARTIFACT_CONTENT: Object =
    Object::plain(&[("text", Text), ("binary", Text), ("rendered", Shape::Object(&MULTIFORMAT))], &[]);
pub(crate) static REGION: Object = Object::plain(
    &[
        ("startLine", Int(1)),
        ("startColumn", Int(1)),
        ("endLine", Int(1)),
        ("endColumn", Int(1)),
        ("charOffset", Int(-1)),
        ("charLength", Int(0)),
        ("byteOffset", Int(-1)),
        ("byteLength", Int(0)),
        ("snippet", Shape::Object(&ARTIFACT_CONTENT)),
        ("message", Shape::Object(&MESSAGE)),
        ("sourceLanguage", Text),
    ],
    &[],
);
pub(crate) static ADDRESS: Object = Object::plain(
    &[
        ("absoluteAddress", Int(-1)),
        ("relativeAddress", Int(i64::MIN)),
        ("length", Int(i64::MIN)),
        ("kind", Text),
        ("name", Text),
        ("fullyQualifiedName", Text),
        ("offsetFromParent", Int(i64::MIN)),
        ("index", Int(-1)),
        ("parentIndex", Int(-1)),
    ],
    &[],
);
static PHYSICAL_LOCATION: Object = Object::plain(
    &[
        ("address", Shape::Object(&ADDRESS)),
        ("artifactLocation", Shape::Object(&ARTIFACT_LOCATION)),
        ("region", Shape::Object(&REGION)),
        ("contextRegion", Shape::Object(&REGION)),
    ],
    &["artifactLocation"],
);
pub(crate) static LOGICAL_LOCATION: Object = Object {
    members: &[
        ("name", Text),
        ("index", Int(-1)),
        ("fullyQualifiedName", Text),
        ("decoratedName", Text),
        ("parentIndex", Int(-1)),
        ("kind", Text),
    ],
    required: &[],
    special: Special::LogicalLocation,
};
static LOCATION_RELATIONSHIP: Object = Object::plain(
    &[("target", Int(0)), ("kinds", Set(&Text)), ("description", Shape::Object(&MESSAGE))],
    &["target"],
);
pub(crate) static LOCATION: Object = Object::plain(
    &[
        ("id", Int(-1)),
        ("physicalLocation", Shape::Object(&PHYSICAL_LOCATION)),
        ("logicalLocations", Set(&Shape::Object(&LOGICAL_LOCATION))),
        ("message", Shape::Object(&MESSAGE)),
        ("annotations", Set(&Shape::Object(&REGION))),
        ("relationships", Set(&Shape::Object(&LOCATION_RELATIONSHIP))),
    ],
    &[],
);
static COMPONENT_REFERENCE: Object =
    Object::plain(&[("name", Text), ("index", Int(-1)), ("guid", Guid)], &[]);
static DESCRIPTOR_REFERENCE: Object = Object {
    members: &[
        ("id", Text),
        ("index", Int(-1)),
        ("guid", Guid),
        ("toolComponent", Shape::Object(&COMPONENT_REFERENCE)),
    ],
    required: &[],
    special: Special::DescriptorReference,
};
static TAXON_REFERENCE: Object =
    Object { special: Special::TaxonReference, ..Object::plain(DESCRIPTOR_REFERENCE.members, &[]) };
static FRAME: Object = Object::plain(
    &[
        ("location", Shape::Object(&LOCATION)),
        ("module", Text),
        ("threadId", Int(i64::MIN)),
        ("parameters", List(&Text, 0)),
    ],
    &[],
);
static STACK: Object = Object::plain(
    &[("message", Shape::Object(&MESSAGE)), ("frames", List(&Shape::Object(&FRAME), 0))],
    &["frames"],
);
static WEB_REQUEST: Object = Object::plain(
    &[
        ("index", Int(-1)),
        ("protocol", Text),
        ("version", Text),
        ("target", Text),
        ("method", Text),
        ("headers", Map(&Text)),
        ("parameters", Map(&Text)),
        ("body", Shape::Object(&ARTIFACT_CONTENT)),
    ],
    &[],
);
static WEB_RESPONSE: Object = Object::plain(
    &[
        ("index", Int(-1)),
        ("protocol", Text),
        ("version", Text),
        ("statusCode", Int(i64::MIN)),
        ("reasonPhrase", Text),
        ("headers", Map(&Text)),
        ("body", Shape::Object(&ARTIFACT_CONTENT)),
        ("noResponseReceived", Bool),
    ],
    &[],
);
static THREAD_FLOW_LOCATION: Object = Object {
    members: &[
        ("index", Int(-1)),
        ("location", Shape::Object(&LOCATION)),
        ("stack", Shape::Object(&STACK)),
        ("kinds", Set(&Text)),
        ("taxa", Set(&Shape::Object(&TAXON_REFERENCE))),
        ("module", Text),
        ("state", Map(&Shape::Object(&MULTIFORMAT))),
        ("nestingLevel", Int(0)),
        ("executionOrder", Int(-1)),
        ("executionTimeUtc", Time),
        ("importance", Word(&["important", "essential", "unimportant"])),
        ("webRequest", Shape::Object(&WEB_REQUEST)),
        ("webResponse", Shape::Object(&WEB_RESPONSE)),
    ],
    required: &[],
    special: Special::ThreadFlowLocation,
};
static THREAD_FLOW: Object = Object::plain(
    &[
        ("id", Text),
        ("message", Shape::Object(&MESSAGE)),
        ("initialState", Map(&Shape::Object(&MULTIFORMAT))),
        ("immutableState", Map(&Shape::Object(&MULTIFORMAT))),
        ("locations", List(&Shape::Object(&THREAD_FLOW_LOCATION), 1)),
    ],
    &["locations"],
);
static CODE_FLOW: Object = Object::plain(
    &[("message", Shape::Object(&MESSAGE)), ("threadFlows", List(&Shape::Object(&THREAD_FLOW), 1))],
    &["threadFlows"],
);
static REPLACEMENT: Object = Object::plain(
    &[("deletedRegion", Shape::Object(&REGION)), ("insertedContent", Shape::Object(&ARTIFACT_CONTENT))],
    &["deletedRegion"],
);
static ARTIFACT_CHANGE: Object = Object::plain(
    &[
        ("artifactLocation", Shape::Object(&ARTIFACT_LOCATION)),
        ("replacements", List(&Shape::Object(&REPLACEMENT), 1)),
    ],
    &["artifactLocation", "replacements"],
);
static FIX: Object = Object::plain(
    &[
        ("description", Shape::Object(&MESSAGE)),
        ("artifactChanges", List(&Shape::Object(&ARTIFACT_CHANGE), 1)),
    ],
    &["artifactChanges"],
);
static RECTANGLE: Object = Object::plain(
    &[
        ("top", Number(-COUNT, COUNT)),
        ("left", Number(-COUNT, COUNT)),
        ("bottom", Number(-COUNT, COUNT)),
        ("right", Number(-COUNT, COUNT)),
        ("message", Shape::Object(&MESSAGE)),
    ],
    &[],
);
static ATTACHMENT: Object = Object::plain(
    &[
        ("description", Shape::Object(&MESSAGE)),
        ("artifactLocation", Shape::Object(&ARTIFACT_LOCATION)),
        ("regions", Set(&Shape::Object(&REGION))),
        ("rectangles", Set(&Shape::Object(&RECTANGLE))),
    ],
    &["artifactLocation"],
);
static NODE: Object = Object::plain(
    &[
        ("id", Text),
        ("label", Shape::Object(&MESSAGE)),
        ("location", Shape::Object(&LOCATION)),
        ("children", Set(&Any)),
    ],
    &["id"],
);
static EDGE: Object = Object::plain(
    &[("id", Text), ("label", Shape::Object(&MESSAGE)), ("sourceNodeId", Text), ("targetNodeId", Text)],
    &["id", "sourceNodeId", "targetNodeId"],
);
static GRAPH: Object = Object::plain(
    &[
        ("description", Shape::Object(&MESSAGE)),
        ("nodes", Set(&Shape::Object(&NODE))),
        ("edges", Set(&Shape::Object(&EDGE))),
    ],
    &[],
);
static EDGE_TRAVERSAL: Object = Object::plain(
    &[
        ("edgeId", Text),
        ("message", Shape::Object(&MESSAGE)),
        ("finalState", Map(&Shape::Object(&MULTIFORMAT))),
        ("stepOverEdgeCount", Int(0)),
    ],
    &["edgeId"],
);
static GRAPH_TRAVERSAL: Object = Object::plain(
    &[
        ("runGraphIndex", Int(-1)),
        ("resultGraphIndex", Int(-1)),
        ("description", Shape::Object(&MESSAGE)),
        ("initialState", Map(&Shape::Object(&MULTIFORMAT))),
        ("immutableState", Map(&Shape::Object(&MULTIFORMAT))),
        ("edgeTraversals", List(&Shape::Object(&EDGE_TRAVERSAL), 0)),
    ],
    &[],
);
static PROVENANCE: Object = Object::plain(
    &[
        ("firstDetectionTimeUtc", Time),
        ("lastDetectionTimeUtc", Time),
        ("firstDetectionRunGuid", Guid),
        ("lastDetectionRunGuid", Guid),
        ("invocationIndex", Int(-1)),
        ("conversionSources", Set(&Shape::Object(&PHYSICAL_LOCATION))),
    ],
    &[],
);

/// The members of a result that are passed on.
pub(crate) static RESULT: Object = Object::plain(
    &[
        ("guid", Guid),
        ("correlationGuid", Guid),
        ("occurrenceCount", Int(1)),
        ("stacks", Set(&Shape::Object(&STACK))),
        ("codeFlows", List(&Shape::Object(&CODE_FLOW), 0)),
        ("graphs", Set(&Shape::Object(&GRAPH))),
        ("graphTraversals", Set(&Shape::Object(&GRAPH_TRAVERSAL))),
        ("attachments", Set(&Shape::Object(&ATTACHMENT))),
        ("rank", Number(-1.0, 100.0)),
        ("analysisTarget", Shape::Object(&ARTIFACT_LOCATION)),
        ("hostedViewerUri", Uri),
        ("workItemUris", Set(&Uri)),
        ("provenance", Shape::Object(&PROVENANCE)),
        ("fixes", Set(&Shape::Object(&FIX))),
        ("taxa", Set(&Shape::Object(&TAXON_REFERENCE))),
        ("webRequest", Shape::Object(&WEB_REQUEST)),
        ("webResponse", Shape::Object(&WEB_RESPONSE)),
    ],
    &[],
);

static CONFIGURATION: Object = Object::plain(
    &[("enabled", Bool), ("level", Word(LEVELS)), ("rank", Number(-1.0, 100.0)), ("parameters", Bag)],
    &[],
);
static RELATIONSHIP: Object = Object::plain(
    &[
        ("target", Shape::Object(&TAXON_REFERENCE)),
        ("kinds", Set(&Text)),
        ("description", Shape::Object(&MESSAGE)),
    ],
    &["target"],
);
/// The members of a rule that are passed on.
pub(crate) static RULE: Object = Object::plain(
    &[
        ("guid", Guid),
        ("deprecatedNames", Set(&Text)),
        ("deprecatedGuids", Set(&Guid)),
        ("messageStrings", Map(&Shape::Object(&MULTIFORMAT))),
        ("relationships", Set(&Shape::Object(&RELATIONSHIP))),
    ],
    &[],
);
static DESCRIPTOR: Object = Object::plain(
    &[
        ("id", Text),
        ("deprecatedIds", Set(&Text)),
        ("guid", Guid),
        ("deprecatedGuids", Set(&Guid)),
        ("name", Text),
        ("deprecatedNames", Set(&Text)),
        ("shortDescription", Shape::Object(&MULTIFORMAT)),
        ("fullDescription", Shape::Object(&MULTIFORMAT)),
        ("messageStrings", Map(&Shape::Object(&MULTIFORMAT))),
        ("defaultConfiguration", Shape::Object(&CONFIGURATION)),
        ("helpUri", Uri),
        ("help", Shape::Object(&MULTIFORMAT)),
        ("relationships", Set(&Shape::Object(&RELATIONSHIP))),
    ],
    &["id"],
);
static NOTIFICATION_DESCRIPTOR: Object =
    Object { special: Special::Notification, ..Object::plain(DESCRIPTOR.members, DESCRIPTOR.required) };
static TRANSLATION: Object = Object::plain(
    &[
        ("name", Text),
        ("fullName", Text),
        ("shortDescription", Shape::Object(&MULTIFORMAT)),
        ("fullDescription", Shape::Object(&MULTIFORMAT)),
        ("downloadUri", Uri),
        ("informationUri", Uri),
    ],
    &["name"],
);
static COMPONENT: Object = Object::plain(
    &[
        ("guid", Guid),
        ("name", Text),
        ("organization", Text),
        ("product", Text),
        ("productSuite", Text),
        ("shortDescription", Shape::Object(&MULTIFORMAT)),
        ("fullDescription", Shape::Object(&MULTIFORMAT)),
        ("fullName", Text),
        ("version", Text),
        ("semanticVersion", Text),
        ("dottedQuadFileVersion", Text),
        ("releaseDateUtc", Text),
        ("downloadUri", Uri),
        ("informationUri", Uri),
        ("globalMessageStrings", Map(&Shape::Object(&MULTIFORMAT))),
        ("notifications", Set(&Shape::Object(&NOTIFICATION_DESCRIPTOR))),
        ("rules", Set(&Shape::Object(&DESCRIPTOR))),
        ("taxa", Set(&Shape::Object(&DESCRIPTOR))),
        ("locations", List(&Shape::Object(&ARTIFACT_LOCATION), 0)),
        ("language", Language),
        ("contents", Set(&Word(&["localizedData", "nonLocalizedData"]))),
        ("isComprehensive", Bool),
        ("localizedDataSemanticVersion", Text),
        ("minimumRequiredLocalizedDataSemanticVersion", Text),
        ("associatedComponent", Shape::Object(&COMPONENT_REFERENCE)),
        ("translationMetadata", Shape::Object(&TRANSLATION)),
        ("supportedTaxonomies", Set(&Shape::Object(&COMPONENT_REFERENCE))),
    ],
    &["name"],
);
/// The members of a driver that are passed on.
pub(crate) static DRIVER: Object = Object::plain(
    &[
        ("organization", Text),
        ("product", Text),
        ("productSuite", Text),
        ("shortDescription", Shape::Object(&MULTIFORMAT)),
        ("fullDescription", Shape::Object(&MULTIFORMAT)),
        ("dottedQuadFileVersion", Text),
        ("releaseDateUtc", Text),
        ("downloadUri", Uri),
        ("notifications", Set(&Shape::Object(&NOTIFICATION_DESCRIPTOR))),
        ("taxa", Set(&Shape::Object(&DESCRIPTOR))),
        ("language", Language),
        ("isComprehensive", Bool),
        ("supportedTaxonomies", Set(&Shape::Object(&COMPONENT_REFERENCE))),
    ],
    &[],
);

static EXCEPTION: Object = Object::plain(
    &[
        ("kind", Text),
        ("message", Text),
        ("stack", Shape::Object(&STACK)),
        ("innerExceptions", List(&Any, 0)),
    ],
    &[],
);
static NOTIFICATION: Object = Object::plain(
    &[
        ("locations", Set(&Shape::Object(&LOCATION))),
        ("message", Shape::Object(&MESSAGE)),
        ("level", Word(LEVELS)),
        ("threadId", Int(i64::MIN)),
        ("timeUtc", Time),
        ("exception", Shape::Object(&EXCEPTION)),
        ("descriptor", Shape::Object(&DESCRIPTOR_REFERENCE)),
        ("associatedRule", Shape::Object(&DESCRIPTOR_REFERENCE)),
    ],
    &["message"],
);
static OVERRIDE: Object = Object::plain(
    &[("configuration", Shape::Object(&CONFIGURATION)), ("descriptor", Shape::Object(&DESCRIPTOR_REFERENCE))],
    &["configuration", "descriptor"],
);
/// What tells about the machine and the people on it (`commandLine`, `account`, `environmentVariables` and the like) is
/// left out.
static INVOCATION: Object = Object::plain(
    &[
        ("startTimeUtc", Time),
        ("endTimeUtc", Time),
        ("exitCode", Int(i64::MIN)),
        ("ruleConfigurationOverrides", Set(&Shape::Object(&OVERRIDE))),
        ("notificationConfigurationOverrides", Set(&Shape::Object(&OVERRIDE))),
        ("toolExecutionNotifications", List(&Shape::Object(&NOTIFICATION), 0)),
        ("toolConfigurationNotifications", List(&Shape::Object(&NOTIFICATION), 0)),
        ("exitCodeDescription", Text),
        ("exitSignalName", Text),
        ("exitSignalNumber", Int(i64::MIN)),
        ("processStartFailureMessage", Text),
        ("executionSuccessful", Bool),
    ],
    &["executionSuccessful"],
);
/// Members of an invocation that tell about the machine and the people on it.
pub(crate) const PRIVATE: [&str; 12] = [
    "commandLine",
    "arguments",
    "responseFiles",
    "machine",
    "account",
    "processId",
    "executableLocation",
    "workingDirectory",
    "environmentVariables",
    "stdin",
    "stdout",
    "stderr",
];
static VERSION_CONTROL: Object = Object::plain(
    &[
        ("repositoryUri", Uri),
        ("revisionId", Text),
        ("branch", Text),
        ("revisionTag", Text),
        ("asOfTimeUtc", Time),
        ("mappedTo", Shape::Object(&ARTIFACT_LOCATION)),
    ],
    &["repositoryUri"],
);
const ROLES: &[&str] = &[
    "analysisTarget",
    "attachment",
    "responseFile",
    "resultFile",
    "standardStream",
    "tracedFile",
    "unmodified",
    "modified",
    "added",
    "deleted",
    "renamed",
    "uncontrolled",
    "driver",
    "extension",
    "translation",
    "taxonomy",
    "policy",
    "referencedOnCommandLine",
    "memoryContents",
    "directory",
    "userSpecifiedConfiguration",
    "toolSpecifiedConfiguration",
    "debugOutputFile",
    "conversionSource",
    "externalPropertyFile",
    "repositoryRoot",
];
static ARTIFACT: Object = Object::plain(
    &[
        ("description", Shape::Object(&MESSAGE)),
        ("location", Shape::Object(&ARTIFACT_LOCATION)),
        ("parentIndex", Int(-1)),
        ("offset", Int(0)),
        ("length", Int(-1)),
        ("roles", Set(&Word(ROLES))),
        ("mimeType", Text),
        ("encoding", Text),
        ("sourceLanguage", Text),
        ("hashes", Map(&Text)),
        ("lastModifiedTimeUtc", Time),
    ],
    &[],
);
/// The members of a run that are passed on.
pub(crate) static RUN: Object = Object::plain(
    &[
        ("invocations", List(&Shape::Object(&INVOCATION), 0)),
        ("language", Language),
        ("versionControlProvenance", Set(&Shape::Object(&VERSION_CONTROL))),
        ("artifacts", Table(&Shape::Object(&ARTIFACT))),
        ("graphs", Set(&Shape::Object(&GRAPH))),
        ("taxonomies", Set(&Shape::Object(&COMPONENT))),
        ("addresses", List(&Shape::Object(&ADDRESS), 0)),
        ("webRequests", Set(&Shape::Object(&WEB_REQUEST))),
        ("webResponses", Set(&Shape::Object(&WEB_RESPONSE))),
        ("defaultEncoding", Text),
        ("defaultSourceLanguage", Text),
        ("baselineGuid", Guid),
        ("redactionTokens", Set(&Text)),
    ],
    &[],
);

//! Package URLs: making them and reading them. Grammar: the package-url specification, `pkg:type/namespace/name@version?qualifiers#subpath`.

use crate::model::Package;

/// The type of package URL for an ecosystem as OSV writes it; empty where there is none. What follows a colon, such as the
/// release of a distribution, does not count.
pub(in crate::formats) fn kind_of_ecosystem(ecosystem: &str) -> &'static str {
    const KINDS: [(&str, &[&str]); 18] = [
        ("apk", &["Alpine", "Alpaquita", "BellSoft Hardened Containers", "Chainguard", "MinimOS", "Wolfi"]),
        ("bitnami", &["Bitnami"]),
        ("cargo", &[crate::identity::CRATES]),
        ("composer", &["Packagist"]),
        ("conan", &["ConanCenter"]),
        ("cran", &["Bioconductor", "CRAN"]),
        ("deb", &["Debian", "Echo", "Ubuntu"]),
        ("gem", &["RubyGems"]),
        ("github", &["GitHub Actions"]),
        ("golang", &["Go"]),
        ("hackage", &["GHC", "Hackage"]),
        ("hex", &["Hex"]),
        ("maven", &["Maven"]),
        ("npm", &["npm"]),
        ("nuget", &["NuGet"]),
        ("pub", &["Pub"]),
        ("pypi", &["PyPI"]),
        ("swift", &["SwiftURL"]),
    ];
    const RPM: [&str; 9] = [
        "AlmaLinux",
        "Azure Linux",
        "Mageia",
        "Photon OS",
        "Red Hat",
        "Rocky Linux",
        "SUSE",
        "openEuler",
        "openSUSE",
    ];
    let ecosystem = ecosystem.split(':').next().unwrap_or_default();
    let found = KINDS.iter().find(|(_, names)| names.contains(&ecosystem));
    found.map_or_else(|| if RPM.contains(&ecosystem) { "rpm" } else { "" }, |(kind, _)| kind)
}

/// A package and its URL. Packages of distributions get none: it needs the distribution's name.
pub(in crate::formats) fn package(kind: &str, name: &str, version: Option<&str>) -> Package {
    let version = version.filter(|version| !version.is_empty());
    let purl = (!matches!(kind, "" | "deb" | "rpm" | "apk") && !name.is_empty()).then(|| {
        let mut out = format!("pkg:{kind}");
        for part in named(kind, name).split('/').filter(|part| !part.is_empty()) {
            out.push('/');
            encode(part, &mut out);
        }
        if let Some(version) = version {
            out.push('@');
            encode(version, &mut out);
        }
        out
    });
    Package { kind: kind.to_owned(), name: name.to_owned(), version: version.map(str::to_owned), purl }
}

/// The name as a package URL has it: with slashes, and in the case that its type demands.
fn named(kind: &str, name: &str) -> String {
    match kind {
        "maven" => name.replacen(':', "/", 1),
        "pypi" => name.to_ascii_lowercase().replace('_', "-"),
        "composer" | "github" | "hex" => name.to_ascii_lowercase(),
        _ => name.to_owned(),
    }
}

fn encode(part: &str, out: &mut String) {
    for byte in part.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'~' | b':') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
}

/// The package that a package URL names.
pub(in crate::formats) fn package_of_purl(purl: &str) -> Option<Package> {
    let scheme = purl.get(..4).filter(|scheme| scheme.eq_ignore_ascii_case("pkg:"))?;
    let rest = purl[scheme.len()..].trim_start_matches('/');
    let rest = rest.split('#').next().unwrap_or_default();
    let rest = rest.split('?').next().unwrap_or_default();
    let (kind, path) = rest.split_once('/')?;
    // The `@` of a version stands behind the last slash; npm's scopes may have one of their own, not encoded.
    let last = path.rfind('/').map_or(0, |slash| slash + 1);
    let (path, version) = match path[last..].rfind('@').filter(|at| *at > 0) {
        Some(at) => (&path[..last + at], Some(decode(&path[last + at + 1..]))),
        None => (path, None),
    };
    let kind = kind.to_ascii_lowercase();
    let parts: Vec<String> = path.split('/').filter(|part| !part.is_empty()).map(decode).collect();
    let (name, _) = parts.split_last()?;
    let name = match kind.as_str() {
        "deb" | "rpm" | "apk" => name.clone(),
        "maven" => parts.join(":"),
        _ => parts.join("/"),
    };
    let version = version.filter(|version| !version.is_empty());
    Some(Package { kind, name, version, purl: Some(purl.to_owned()) })
}

fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let digits = text.get(at + 1..at + 3).filter(|_| *byte == b'%');
        let digits = digits.filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
        let decoded = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        out.push(decoded.unwrap_or(*byte));
        at += if decoded.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&out).into_owned()
}

//! Packages as lists name them: by URL, or by ecosystem, name and version.

use crate::identity::{PackageKey, url_version};
use crate::model::Package;

/// Which packages are meant; what is not said holds for any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct PackagePattern {
    /// Its ecosystem, or the type in its URL.
    pub(crate) kind: Option<String>,
    /// Its name; `*` stands for anything.
    pub(crate) name: Option<String>,
    /// Its version.
    pub(crate) version: Option<String>,
}

impl PackagePattern {
    /// The package of a URL, in all versions where the URL has none.
    pub(crate) fn of_url(url: &str) -> Result<Self, String> {
        let package = Package { purl: Some(url.to_owned()), ..Package::default() };
        let key = PackageKey::of(&package);
        if key.name.is_empty() || key.kind.is_empty() {
            return Err(format!("`{url}` is no package URL, such as `pkg:npm/name@1.2.3`"));
        }
        Ok(Self { kind: Some(key.kind), name: Some(key.name), version: url_version(url) })
    }

    /// Whether a package is meant.
    pub(crate) fn fits(&self, package: &Package) -> bool {
        let key = PackageKey::of(package);
        let as_key = |kind: &str, name: &str| {
            PackageKey::of(&Package { kind: kind.to_owned(), name: name.to_owned(), ..Package::default() })
        };
        let kind_fits = self.kind.as_deref().is_none_or(|kind| as_key(kind, "").kind == key.kind);
        let name_fits = self.name.as_deref().is_none_or(|name| match name.split_once('*') {
            None => as_key(&key.kind, name).name == key.name,
            Some(_) => glob_fits(&name.to_ascii_lowercase(), &key.name.to_ascii_lowercase()),
        });
        let bare = |version: &str| version.trim().trim_start_matches('v').to_owned();
        let version_fits = self.version.as_deref().is_none_or(|version| {
            package.version.as_deref().is_some_and(|known| bare(known) == bare(version))
        });
        kind_fits && name_fits && version_fits
    }
}

/// Whether a text fits a pattern in which `*` stands for anything.
fn glob_fits(pattern: &str, text: &str) -> bool {
    let parts: Vec<&str> = pattern.split('*').collect();
    let [first, middle @ .., last] = parts.as_slice() else { return pattern == text };
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    for part in middle {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_is_found_whoever_names_it() {
        let package = |kind: &str, name: &str, version: &str| Package {
            kind: kind.into(),
            name: name.into(),
            version: Some(version.into()),
            purl: None,
        };
        let url = |url: &str| PackagePattern::of_url(url).unwrap();
        assert!(url("pkg:npm/%40babel/core").fits(&package("npm", "@babel/core", "7.0.0")));
        assert!(url("pkg:npm/%40babel/core@7.0.0").fits(&package("npm", "@babel/core", "7.0.0")));
        assert!(!url("pkg:npm/%40babel/core@7.0.1").fits(&package("npm", "@babel/core", "7.0.0")));
        assert!(!url("pkg:npm/core").fits(&package("npm", "@babel/core", "7.0.0")));
        assert!(!url("pkg:pypi/left-pad").fits(&package("npm", "left-pad", "1")));
        assert!(url("pkg:golang/golang.org/x/net@v0.1.0").fits(&package("go", "golang.org/x/net", "0.1.0")));
        assert!(url("pkg:deb/debian/openssl").fits(&package("deb", "openssl", "3")));
        assert!(PackagePattern::of_url("left-pad").is_err() && PackagePattern::of_url("pkg:npm").is_err());
        let named = |name: &str| PackagePattern { name: Some(name.into()), ..PackagePattern::default() };
        assert!(named("Ruamel_Yaml").fits(&package("pypi", "ruamel.yaml", "1")));
        assert!(named("linux-*-headers*").fits(&package("deb", "linux-5.4-headers-x", "1")));
        assert!(!named("linux-*-headers").fits(&package("deb", "linux-headers", "1")));
        assert!(!named("linux*").fits(&package("deb", "lin", "1")));
    }
}

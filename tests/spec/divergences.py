"""Where tools that read an ``environment.yml`` differ: a minimal file each, and what we say.

The tools are conda's legacy and its newer (``cep-24``) reader, mamba, pixi's import, rattler and
conda-lock, each as of 2026.
"""

from __future__ import annotations

from typing import NamedTuple


class Divergence(NamedTuple):
    """A file on which tools differ. ``codes`` are all that we say of it, in order."""

    what: str
    text: str
    codes: tuple[str, ...]
    why: str


def _file(what: str, text: str, codes: str, why: str) -> Divergence:
    return Divergence(what, text, tuple(codes.split()), why)


def _spec(line: str, codes: str, why: str) -> Divergence:
    text = f"dependencies:\n  - {line}\n  - zlib\n"
    return Divergence(f"the dependency {line}", text, tuple(codes.split()), why)


def _pip(line: str, codes: str, why: str) -> Divergence:
    text = f"dependencies:\n  - pip\n  - pip:\n      - {line}\n"
    return Divergence(f"the pip line {line}", text, tuple(codes.split()), why)


FILES = (
    _file("no dependencies", "name: a\n", "dependencies_missing",
          "conda's legacy reader makes an empty environment; its newer one and pixi refuse"),
    _file("dependencies without a value", "dependencies:\n", "dependencies_empty",
          "the same, and conda-lock crashes"),
    _file("dependencies as a text", "dependencies: numpy\n", "dependencies_not_list",
          "conda reads five packages of one letter each"),
    _file("dependencies as a mapping", "dependencies: {numpy: 1.26}\n", "dependencies_not_list",
          "conda asks for numpy and drops the version"),
    _file("an item with a colon", "dependencies:\n  - python: 3.10\n", "dependency_is_mapping",
          "conda and mamba drop the line in silence"),
    _file("an item without a value", "dependencies:\n  -\n  - a\n", "dependency_empty",
          "conda fails with a TypeError, mamba skips it"),
    _file("a number as an item", "dependencies:\n  - 3.10\n", "dependency_number",
          "conda fails with a TypeError, mamba takes it for a name"),
    _file("words that YAML 1.1 takes for true and false", "dependencies: [no, on]\n", "",
          "conda and mamba read names; conda-lock crashes. They stay names"),
    _file("channels without a value", "channels:\ndependencies: [a]\n", "channels_empty",
          "conda crashes, its newer reader refuses"),
    _file("a number as the name", "name: 3.10\ndependencies: [a]\n", "",
          "some read 3.1; it stays the text 3.10"),
    _file("a name with a space", "name: my env\ndependencies: [a]\n", "",
          "CEP 24 forbids it and every tool takes it: folders and kernels get a slug"),
    _file("base as the name", "name: base\ndependencies: [a]\n", "name_forbidden",
          "CEP 24 advises against it and every tool takes it; it is conda's own environment"),
    _file("a key that is there twice", "name: a\nname: b\ndependencies: [c]\n", "duplicate_key",
          "most refuse; mamba keeps the first, conda-lock the last"),
    _file("two pip sections", "dependencies:\n  - pip\n  - pip: [a]\n  - pip: [b]\n", "pip_twice",
          "conda loses the first; mamba reads both"),
    _file("pip with a text", "dependencies:\n  - pip\n  - pip: requests\n", "pip_not_list",
          "conda-lock reads eight packages of one letter each"),
    _file("pip without a value", "dependencies:\n  - pip\n  - pip:\n", "pip_empty",
          "conda takes it; mamba fails with a bad conversion"),
    _file("pip lines and no pip", "dependencies:\n  - pip: [a]\n", "pip_missing",
          "conda, mamba and conda-lock add pip, and so do we"),
    _file("another installer", "dependencies:\n  - npm: [left-pad]\n", "subsection_unknown",
          "every tool drops it in silence; CEP 24 demands an error"),
    _file("a selector as a key", "dependencies:\n  - sel(linux): a\n  - b\n", "selector_item",
          "mamba evaluates it, conda and conda-lock drop it"),
    _file("a selector as a comment", "dependencies:\n  - a  # [win]\n", "selector_comment",
          "conda-lock evaluates it; everybody else installs the package everywhere"),
    _file("a template", "dependencies:\n  - {{ package }}\n", "jinja",
          "an error to all, each in other words"),
    _file("a key that nobody knows", "colour: red\ndependencies: [a]\n", "unknown_key",
          "conda warns, as CEP 24 demands; the others say nothing"),
    _file("platforms", "platforms: [linux-64]\ndependencies: [a]\n", "platforms_no_limit",
          "a key of CEP 24; conda warns of it, conda-lock uses it"),
    _file("category", "category: dev\ndependencies: [a]\n", "category_ignored",
          "a key of CEP 24 that only conda-lock uses"),
    _file("prefix", "prefix: /home/x\ndependencies: [a]\n", "prefix_ignored",
          "conda installs there unless told otherwise; mamba ignores it"),
    _file("variables as a list", "variables: [A=b]\ndependencies: [a]\n", "variables_not_mapping",
          "conda's legacy reader takes it and sets nothing"),
    _file("nodefaults", "channels: [a, nodefaults]\ndependencies: [a]\n", "",
          "conda and mamba leave defaults out; to pixi and rattler it is a channel. We never add"
          " defaults"),
    _file("nodefaults beside defaults", "channels: [defaults, nodefaults]\ndependencies: [a]\n",
          "nodefaults_contradicted", "conda leaves out those configured only"),
    _file("a variable in a channel", "channels: [https://example.org/$TEAM]\ndependencies: [a]\n",
          "channel_variable", "conda and mamba replace it, pixi and rattler do not"),
    _file("a byte order mark", "\ufeffname: a\ndependencies: [a]\n", "", "taken by all"),
    _file("Windows line ends", "name: a\r\ndependencies: [a]\r\n", "", "taken by all"),
    _file("a tab", "dependencies:\n\t- a\n", "tab_indentation", "refused by all"),
    _file("a tab behind the dash", "dependencies:\n  -\ta\n", "tab_indentation", "refused by all"),
    _file("two documents", "name: a\n---\nname: b\n", "several_documents",
          "conda refuses, mamba reads the first"),
    _file("an anchor and an alias", "dependencies: [&x a, zlib]\nvariables: {A: *x}\n", "",
          "taken by all"),
    _file("a merge key", "<<: {name: x}\ndependencies: [a]\n", "merge_key",
          "mamba does not know it, the others merge"),
    _file("lists in one line and block texts", "dependencies: [a, b]\nname: |\n  c\n", "",
          "taken by all"),
    _file("a tag of Python", "name: !!python/name:os.system x\n", "tag_unsupported",
          "inert where it is not refused"),
    _file("a NUL", "name: a\0b\n", "control_character", "a bare ReaderError in conda"),
)  # fmt: skip

SPECS = (
    _spec("a=1.2=py_0", "build_pinned", "rattler's strict mode refuses what exports are full of"),
    _spec("a=1.2.*", "", "rattler's strict mode refuses it"),
    _spec("a==1.2.*", "", "rattler's strict mode refuses it"),
    _spec("a>=1.2.*", "", "rattler's strict mode refuses it"),
    _spec("a 1.8|1.9*", "", "rattler's strict mode refuses it"),
    _spec("a 1.2 py_0", "build_pinned", "rattler's strict mode refuses it"),
    _spec("a=>1.2", "match_spec_reversed", "conda silently reads >1.2*; rattler refuses"),
    _spec("a===1.2", "match_spec_version", "conda takes it, rattler does not"),
    _spec("^a.*$", "match_spec_name", "conda takes a regular expression, rattler does not"),
    _spec("dask[complete]", "extras_ignored", "conda drops the extra in silence, rattler refuses"),
    _spec("dask[extras=[complete]]", "", "the form of CEP 44"),
    _spec("a > = 1", "match_spec_version", "refused by all"),
    _spec("a>=1,", "match_spec_version", "refused by all"),
    _spec("a; python_version<'3'", "match_spec_marker", "refused by all: markers are pip's"),
    _spec("-e .", "match_spec_option", "refused by all: it is pip's"),
    _spec("numpy = 1.2", "", "taken by all"),
    _spec("NumPy", "", "folded by all"),
    _spec("a>1, =1", "version_conda_differs", "rattler takes it, conda does not"),
    _spec("a~=1.2.*", "version_conda_differs", "rattler takes it, conda does not"),
    _spec("name===", "match_spec_version", "conda fails with an IndexError"),
    _spec("conda-forge::a", "", "CEP 29: the channel is searched for this package only"),
    _spec('\'a[version=">=1,<2", build="py*"]\'', "", "CEP 29: brackets"),
    _spec("a[colour=red]", "match_spec_brackets", "CEP 29 knows no such key"),
    _spec("https://example.org/noarch/a-1-0.conda", "", "CEP 29: an address is one package"),
    _spec("https://example.org/a.zip", "match_spec_url", "not a conda package"),
    _spec("_a__b.c-d", "", "CEP 26: letters, digits, '-', '_' and '.'"),
    _spec("ü", "match_spec_name", "CEP 26: ASCII only"),
    _spec("a>=1!2.0rc1+local", "", "CEP 33: epochs and local versions"),
    _spec("a>=1..2", "match_spec_version", "CEP 33: no empty part"),
)

PIP = (
    _pip("-r requirements.txt", "pip_option", "conda-lock rejects it; pixi reads the file"),
    _pip("-e .", "pip_unlockable", "pixi rejects it, conda-lock drops it"),
    _pip(".", "pip_unlockable", "pixi and conda-lock reject it"),
    _pip("--extra-index-url https://example.org/simple", "pip_option",
         "pixi and conda-lock reject it"),
    _pip("git+https://example.org/a", "pip_repository", "pixi rejects it"),
    _pip("a @ git+https://example.org/a", "pip_repository", "taken by all, and follows a branch"),
    _pip("hg+https://example.org/a", "pip_unlockable", "pixi rejects it"),
    _pip("git+http://example.org/a", "pip_unlockable", "anybody on the way can answer for it"),
    _pip("a; python_version<'3'", "", "taken by all"),
    _pip("openssl==1.0.2u=h0b31af3_0", "pip_conda_line", "a line of conda's; no pip takes it"),
)  # fmt: skip

DIVERGENCES = (*FILES, *SPECS, *PIP)

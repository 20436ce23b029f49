"""For each diagnostic the smallest file that gives it, and the text its range covers."""

from __future__ import annotations

from typing import NamedTuple


class Sample(NamedTuple):
    code: str
    text: str
    covers: str


def _in_list(code: str, line: str, covers: str | None = None) -> Sample:
    return Sample(code, f"dependencies:\n  - {line}\n", line if covers is None else covers)


def _in_pip(code: str, line: str) -> Sample:
    return Sample(code, f"dependencies:\n  - pip\n  - pip:\n      - {line}\n", line)


def _key(code: str, text: str, covers: str) -> Sample:
    return Sample(code, f"{text}\ndependencies: [numpy]\n", covers)


def _nested(depth: int) -> str:
    return "dependencies: " + "[" * depth + "]" * depth + "\n"


SAMPLES = (
    # the file
    Sample("control_character", "name: a\x07b\n", "\x07"),
    Sample("file_empty", "# nothing\n", ""),
    Sample("yaml_syntax", "name: [a\n", ""),
    Sample("tab_indentation", "dependencies:\n\t- numpy\n", "\t"),
    Sample("tab_indentation", "dependencies:\n  - numpy\n  -\tscipy: [\n", "\t"),
    Sample("merge_conflict", "dependencies:\n<<<<<<< HEAD\n  - a\n=======\n", "<<<<<<<"),
    Sample("jinja", "dependencies:\n  - {{ package }}\n", "{{ package }}"),
    Sample("jinja", "{% set a = 1 %}\nname: x\n", "{% set a = 1 %}"),
    _in_list("jinja", '"numpy={{ version }}"'),
    _in_pip("jinja", '"numpy=={{ version }}"'),
    Sample("pip_indentation", "dependencies:\n  - pip:\n - requests\n", "pip:"),
    Sample("pip_indentation", "dependencies:\n- pip\n  - pip:\n    - requests\n", "pip:"),
    Sample("pip_indentation", "dependencies:\n  - pip:\n  - requests\n", "pip"),
    Sample("pip_indentation", "dependencies:\n  - numpy\npip:\n  - requests\n", "pip"),
    Sample("pip_indentation", "dependencies:\n  - pip\n    - foo\n", "pip\n    - foo"),
    Sample("colon_needs_space", "name:foo\nchannels: [a]\n", "name"),
    Sample("dash_needs_space", "dependencies:\n  -numpy\n  -scipy\n", "-numpy\n  -scipy"),
    Sample("dash_needs_space", "dependencies:\n  - a\n  -b\nname: [\n - c", "-b"),
    Sample("several_documents", "name: a\n---\nname: b\n", "---"),
    Sample("too_deep", _nested(60), "["),
    Sample("too_many_nodes", "dependencies:\n" + "- a\n" * 20_001, "a"),
    Sample("too_many_aliases", "dependencies: [&x a" + ", *x" * 101 + "]\n", "*x"),
    Sample("alias_unknown", "dependencies: [*x]\n", "*x"),
    Sample("alias_unknown", "dependencies: &x [*x]\n", "*x"),
    Sample("tag_unsupported", "name: !!python/name:os.system x\n", "!!python/name:os.system x"),
    Sample("merge_key", "<<: {name: x}\ndependencies: [a]\n", "<<"),
    Sample("merge_key", "dependencies: [a]\nvariables:\n  <<: {A: x}\n", "<<"),
    Sample("not_mapping", "- numpy\n", "- numpy"),
    # keys
    _key("key_not_text", "[a]: b", "[a]"),
    _key("duplicate_key", "name: a\nname: b", "name"),
    _key("duplicate_key", "variables:\n  A: x\n  A: y", "A"),
    Sample("key_misspelt", "dependancies:\n  - numpy\n", "dependancies"),
    _key("key_misspelt", "channel:\n  - conda-forge", "channel"),
    _key("name_not_text", "name: [a]", "[a]"),
    _key("channels_not_list", "channels: conda-forge", "conda-forge"),
    _key("channel_not_text", "channels:\n  - a: b", "a: b"),
    _key("channel_not_text", "channels:\n  - 3", "3"),
    _key("channel_invalid", "channels:\n  - -x", "-x"),
    _key("channel_invalid", "channels:\n  - conda forge", "conda forge"),
    _key("platforms_not_list", "platforms: linux-64", "linux-64"),
    _key("platform_unknown", "platforms: [linux]", "linux"),
    _key("platform_noarch", "platforms: [noarch]", "noarch"),
    _key("variables_not_mapping", "variables:\n  - A=b", "- A=b"),
    _key("variable_name", "variables:\n  A-B: x", "A-B"),
    _key("variable_name", "variables:\n  'A=$(id)': x", "'A=$(id)'"),
    _key("variable_reserved", "variables:\n  PATH: /opt/bin", "PATH"),
    _key("variable_not_text", "variables:\n  A: [x]", "[x]"),
    _key("variable_nul", 'variables:\n  A: "x\\0y"', '"x\\0y"'),
    # dependencies
    Sample("dependencies_not_list", "dependencies: numpy\n", "numpy"),
    Sample("dependencies_not_list", "dependencies:\n  numpy: 1.26\n", "numpy: 1.26"),
    Sample("dependency_empty", "dependencies:\n  -\n  - a\n", ""),
    _in_list("dependency_empty", "null"),
    _in_list("dependency_empty", '""'),
    _in_list("dependency_number", "3.10"),
    _in_list("dependency_not_text", "[a, b]"),
    _in_list("dependency_is_mapping", "python: 3.10"),
    _in_list("dependency_is_mapping", "numpy:"),
    Sample("dependency_spans_lines", "dependencies:\n  - a\n    b\n", "a\n    b"),
    Sample("dependency_spans_lines", 'dependencies: ["a\\nb"]\n', '"a\\nb"'),
    _in_list("dependency_too_long", "a" * 1001),
    _in_list("subsection_unknown", "npm: [left-pad]", "npm"),
    _in_list("match_spec_option", '"--help"'),
    _in_list("match_spec_character", "numpy\u00a01.26"),
    _in_list("match_spec_character", "num\u200bpy"),
    _in_list("match_spec_name", "num/py"),
    _in_list("match_spec_name", "numpy*"),
    _in_list("match_spec_channel", "a::b::c"),
    _in_list("match_spec_url", "https://example.org/a-1.0.tar.gz"),
    _in_list("match_spec_url", "git+https://example.org/a"),
    _in_list("match_spec_version", "numpy===1.2"),
    _in_list("match_spec_version", "numpy>=1,"),
    _in_list("match_spec_reversed", "numpy=>1.2"),
    _in_list("match_spec_two_conditions", "numpy >=1 <2"),
    _in_list("match_spec_build", "numpy = 1.2 = py_0"),
    _in_list("match_spec_brackets", "numpy[colour=red]"),
    _in_list("match_spec_brackets_open", "numpy[version=1"),
    _in_list("match_spec_marker", "numpy; python_version<'3'"),
    _in_list("match_spec_several", "numpy, scipy"),
    _in_list("match_spec_command", "pip install foo"),
    # pip
    _in_list("pip_not_list", "pip: requests", "requests"),
    Sample("pip_twice", "dependencies:\n  - pip: [a]\n  - pip : [b]\n", "pip"),
    _in_pip("pip_item_not_text", "requests: 2.0"),
    _in_pip("pip_item_not_text", "3.10"),
    _in_pip("pip_line_invalid", "one two three"),
    # warnings
    _key("unknown_key", "colour: red", "colour"),
    _key("unknown_key_similar", "platform: linux-64", "platform"),
    _key("unknown_key_similar", "platform: [linux-64]", "platform"),
    _key("prefix_ignored", "prefix: /home/someone/env", "prefix"),
    _key("name_empty", "name: ~", "~"),
    _key("name_forbidden", "name: base", "base"),
    _key("channels_empty", "channels: null", "null"),
    _key("channel_duplicate", "channels: [a, a]", "a"),
    _key("channel_variable", "channels: [https://example.org/$TEAM]", "https://example.org/$TEAM"),
    _key("channel_frozen", "channels: [pytorch, conda-forge]", "pytorch"),
    _key("nodefaults_contradicted", "channels: [defaults, nodefaults]", "nodefaults"),
    _key("channels_mixed", "channels: [conda-forge, defaults]", "defaults"),
    _key("credentials_in_url", "channels: ['https://u:pw@example.org/c']",
         "'https://u:pw@example.org/c'"),
    _in_list("credentials_in_url", '"https://example.org/t/secret/c::a"'),
    _in_pip("credentials_in_url", "git+https://ghp_secret@example.org/a.git"),
    Sample("dependencies_missing", "name: a\n", ""),
    Sample("dependencies_empty", "dependencies: ~\n", "~"),
    Sample("dependency_duplicate", "dependencies:\n  - numpy\n  - NumPy>1\n", "NumPy>1"),
    _in_list("extras_ignored", "dask[complete]"),
    _in_list("version_conda_differs", "numpy~=1.2.*"),
    Sample("build_pinned", "dependencies:\n  - a\n  - b=1=py_0\n", "b=1=py_0"),
    Sample("selector_comment", "dependencies:\n  - a  # [win]\n", "[win]"),
    Sample("selector_comment", "dependencies: \n  - a # only [not (osx or py<38)]\n",
           "[not (osx or py<38)]"),
    _in_list("selector_item", "sel(win): a", "sel(win)"),
    _in_list("pip_missing", "pip: [requests]", "pip"),
    _in_pip("pip_conda_line", "openssl==1.0.2u=h0b31af3_0"),
    _in_pip("pip_unlockable", "-e ."),
    _in_pip("pip_unlockable", "hg+https://example.org/a"),
    _in_pip("pip_repository", "a @ git+https://example.org/a.git@v1"),
    _in_pip("pip_option", "-r requirements.txt"),
    _in_pip("pip_option", "--extra-index-url https://example.org/simple"),
    Sample("in_conda_and_pip", "dependencies:\n  - pip\n  - a_b\n  - pip:\n    - A.b>1\n", "A.b>1"),
    _in_list("package_frozen", "pytorch::torchvision=0.15"),
    _in_list("pytorch_cuda", "pytorch-cuda=11.8"),
    _in_list("cudatoolkit_ended", "cudatoolkit=12.1"),
    Sample("cudatoolkit_ended", "dependencies: [cudatoolkit=11.8, cuda-version=12.9]\n",
           "cudatoolkit=11.8"),
    Sample("cudatoolkit_unused", "dependencies:\n  - pytorch\n  - cudatoolkit=11.8\n",
           "cudatoolkit=11.8"),
    _in_pip("pip_has_conda", "torch==2.1.0"),
    Sample("in_conda_and_pip", "dependencies:\n  - pip\n  - pytorch\n  - pip:\n    - torch\n",
           "torch"),
    _key("platforms_empty", "platforms:", ""),
    _key("platform_duplicate", "platforms: [linux-64, linux-64]", "linux-64"),
    _key("variables_empty", "variables:", ""),
    _key("variable_risky", "variables:\n  LD_PRELOAD: libx.so", "LD_PRELOAD"),
    # notes
    _key("category_ignored", "category: dev", "category"),
    _in_list("pip_empty", "pip:", "pip"),
    _key("platforms_no_limit", "platforms: [linux-64, osx-arm64]", "[linux-64, osx-arm64]"),
    _in_list("version_exact", "python 3.10"),
)  # fmt: skip

# They are about bytes, not text; test_document.py has them.
NOT_TEXT = frozenset(("file_too_large", "encoding_unknown", "encoding_utf16"))

TEAM_FILE = b"""\
name: ai-dev-env
channels:
  - pytorch
  - conda-forge
  - defaults
dependencies:
  - python=3.10
  - numpy
  - pandas
  - matplotlib
  - jupyter
  - pytorch::pytorch=2.0.1
  - pytorch::torchvision
  - pytorch::torchaudio
  - cudatoolkit=11.8
  - pip
  - pip:
      - transformers==4.35.0
      - datasets
"""

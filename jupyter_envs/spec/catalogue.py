"""Every diagnostic code with its severity and its English text.

Severities follow one rule. *Error*: no tool can use the file, or what the person wrote would be
lost. *Warning*: tools disagree about it, or it probably does not mean what it seems to.
*Note*: it works; there is something to know. Codes never change once released.
"""

from __future__ import annotations

from typing import Literal

_FILE: dict[str, str] = {
    "file_too_large": "The file has {size} bytes; an environment.yml of more than {limit} bytes"
    " is not read.",
    "encoding_unknown": "This is not {encoding} text: byte {byte} cannot stand here. Save the"
    " file as UTF-8.",
    "control_character": "There is an invisible control character ({character}) here. Remove it.",
    "file_empty": "The file is empty. Write at least a name: and a list of dependencies:.",
    "yaml_syntax": "This is not valid YAML: {problem}.",
    "tab_indentation": "There is a tab here. YAML is indented with spaces: replace the tab by"
    " spaces.",
    "merge_conflict": "This line was left by a merge conflict ({marker}). Keep one of the two"
    " versions and remove the marker lines.",
    "jinja": "{text} is a template that was not filled in. Write the value itself.",
    "pip_indentation": "The lines that belong to pip: are at the wrong indentation. Write"
    " '- pip:' in the list of dependencies and its lines below it, two spaces deeper, each"
    " with a dash.",
    "colon_needs_space": "There has to be a space after the colon of {key}:.",
    "dash_needs_space": "There has to be a space after the dash in {text}.",
    "several_documents": "A second YAML document begins here (---). Keep only one in the file.",
    "too_deep": "Lists and mappings are nested deeper than {limit} levels here.",
    "too_many_nodes": "The file has more than {limit} values.",
    "too_many_aliases": "The file has more than {limit} aliases (*name).",
    "alias_unknown": "The alias *{alias} has no anchor &{alias} before it.",
    "tag_unsupported": "The tag {tag} is not supported. Write a plain value.",
    "merge_key": "Merge keys (<<) are read differently by each tool. Write the keys themselves.",
    "not_mapping": "The file has to hold keys such as name:, channels: and dependencies:.",
}

_KEYS: dict[str, str] = {
    "key_not_text": "A key has to be a plain word.",
    "duplicate_key": "{key}: is here for the second time. Keep only one; put all of its lines"
    " there.",
    "key_misspelt": "{key}: is not a known key and would be ignored. Did you mean {suggestion}: ?",
    "name_not_text": "name: has to be followed by one word.",
    "channels_not_list": "channels: has to be a list, each channel on its own line after"
    " a dash: '- conda-forge'.",
    "channel_not_text": "A channel has to be a name or an address, such as 'conda-forge'.",
    "channel_invalid": "{channel} is not the name or the address of a channel.",
    "platforms_not_list": "platforms: has to be a list, each platform on its own line after"
    " a dash: '- linux-64'.",
    "platform_unknown": "{platform} is not a platform that conda knows, such as linux-64 or"
    " osx-arm64.",
    "platform_noarch": "noarch is not a platform to install on. Name those you use, such as"
    " linux-64.",
    "variables_not_mapping": "variables: has to hold lines like 'NAME: value', without dashes.",
    "variable_name": "{name} cannot be an environment variable: use letters, digits and '_',"
    " and no digit first.",
    "variable_reserved": "{name} is set by the activation of the environment; to set it here"
    " would break the environment. Remove the line.",
    "variable_not_text": "The value of {name} has to be a single text.",
    "variable_nul": "The value of {name} holds a NUL character, which no environment variable can.",
}

_DEPENDENCIES: dict[str, str] = {
    "dependencies_not_list": "dependencies: has to be a list, each package on its own line after"
    " a dash: '- numpy'.",
    "dependency_empty": "There is no package after the dash. Write one or remove the line.",
    "dependency_number": "{text} is read as a number, not as a package. Write its name, or put it"
    " in quotes.",
    "dependency_not_text": "A dependency has to be a text such as 'numpy' or 'numpy>=1.26'.",
    "dependency_is_mapping": "Because of the colon conda would silently leave {name} out. Write"
    " '- {suggestion}'.",
    "dependency_spans_lines": "These lines are read as one ({text}). Give each package its own"
    " line, with a dash at the same indentation.",
    "dependency_too_long": "This line is longer than {limit} characters.",
    "subsection_unknown": "{name}: cannot be installed. Of sections inside dependencies: only"
    " pip: is known.",
    "match_spec_option": "{spec} begins with '-' like an option of a command. Write the name of"
    " a package.",
    "match_spec_character": "{spec} holds an invisible character ({character}). Type the line"
    " again.",
    "match_spec_name": "{name} is not the name of a package: names have letters, digits, '-',"
    " '_' and '.'.",
    "match_spec_channel": "{channel} in front of '::' is not a channel.",
    "match_spec_url": "{spec} is not the address of a conda package, which ends in .conda or"
    " .tar.bz2. Other addresses belong below pip:.",
    "match_spec_version": "{version} is not a version. Write it like '=1.26', '>=1.26,<2' or"
    " '=1.26.4'.",
    "match_spec_reversed": "{operator} is not an operator; conda would silently read something"
    " else. Write {suggestion}.",
    "match_spec_two_conditions": "Two conditions need a comma between them: {suggestion}.",
    "match_spec_build": "{build} is not a build string. Write name=version=build without spaces.",
    "match_spec_brackets": "[{content}] is not understood: {key} is not known there.",
    "match_spec_brackets_open": "The brackets in {spec} do not close at the end of the line.",
    "match_spec_marker": "{spec} has a marker after ';', which only lines below pip: can have.",
    "match_spec_several": "{spec} looks like more than one package. Write one package per line.",
    "match_spec_command": "{spec} looks like a command. Write only the name of the package.",
}

_PIP: dict[str, str] = {
    "pip_not_list": "pip: has to be a list, each package on its own line below it, after a dash.",
    "pip_twice": "This is the second pip: section, and conda would lose the first. Put all lines"
    " into one.",
    "pip_item_not_text": "A line below pip: has to be a text such as 'requests' or"
    " 'requests==2.31'.",
    "pip_line_invalid": "{line} is not a requirement that pip understands, such as 'requests' or"
    " 'requests==2.31'.",
}

_WARNINGS: dict[str, str] = {
    "encoding_utf16": "The file is UTF-16, as PowerShell's > writes it; some tools cannot read"
    " that. Save it as UTF-8.",
    "unknown_key": "{key}: is not a known key; it is ignored.",
    "unknown_key_similar": "{key}: is not a known key; it is ignored. Did you mean {suggestion}: ?",
    "prefix_ignored": "prefix: is a folder of the machine where the file was written; it is"
    " ignored.",
    "name_empty": "name: is empty. A name has to be given when the environment is made.",
    "name_forbidden": "{name} cannot be the name of an environment: {reason}. Another has to be"
    " given when it is made, for example {suggestion}.",
    "channels_empty": "channels: is empty; the channels that are configured are used.",
    "channel_duplicate": "The channel {channel} is here twice; the first counts.",
    "channel_frozen": "The channel {channel} gets no new packages: PyTorch 2.5 was the last."
    " PyTorch is on conda-forge.",
    "channel_variable": "{channel} holds a variable, which only some tools replace; here it is"
    " used as written.",
    "channels_mixed": "defaults and conda-forge are built differently, and packages of both in"
    " one environment can break it. Keep one of them.",
    "credentials_in_url": "{url} holds a password or a token that everybody who gets this file"
    " can read. Remove it and log in to the server instead.",
    "nodefaults_contradicted": "nodefaults and defaults contradict each other: some tools leave"
    " defaults out, others do not. Here defaults is used.",
    "dependencies_missing": "There are no dependencies:, so the environment will be empty.",
    "dependencies_empty": "dependencies: is empty, so the environment will be empty.",
    "dependency_duplicate": "{name} is asked for more than once; all of the lines have to fit.",
    "extras_ignored": "conda packages have no extras: [{extras}] of {name} is ignored. Name the"
    " packages it stands for, or move the line below pip:.",
    "version_conda_differs": "conda does not read {version} as others do. Write it as a range,"
    " such as '>=1.2,<2'.",
    "build_pinned": "{spec} asks for one build, which exists for one platform only and may be"
    " withdrawn. Leave {build} out.",
    "selector_comment": "conda ignores the selector # [{selector}]: the line counts on every"
    " platform.",
    "selector_item": "{selector} is not evaluated; its lines are left out, as conda does.",
    "pip_missing": "There is a pip: section but no pip among the dependencies; pip is added.",
    "pip_conda_line": "{line} is in conda's form and pip cannot install it. Move it out of pip:"
    " or write it as name==version.",
    "pip_unlockable": "{line} names no exact package, so it cannot be written to a lock and will"
    " be refused. Name a package and its version.",
    "pip_option": "{line} is read by pip, but not by every tool that reads this file.",
    "in_conda_and_pip": "{name} is asked for from conda and from pip. Keep one of the two lines.",
    "package_frozen": "{spec} comes from a channel that gets no new packages since PyTorch 2.5."
    " conda-forge has {name}.",
    "pytorch_cuda": "{spec} exists only for the builds of the pytorch channel, which gets no new"
    " ones. On conda-forge cuda-version chooses the CUDA of PyTorch.",
    "cudatoolkit_ended": "{spec} cannot be had: cudatoolkit ends with CUDA 11.8. From 12 on"
    " cuda-version chooses the version, and packages bring the parts of CUDA they use.",
    "cudatoolkit_unused": "{spec} does not choose the CUDA that {name} is built for, and may only"
    " be a large download that nothing uses. Choose with cuda-version.",
    "pip_has_conda": "conda-forge has {conda}. From there it fits the other packages, and pip"
    " replaces none of them. Move {name} out of pip:.",
    "platforms_empty": "platforms: is empty; it is ignored.",
    "platform_duplicate": "The platform {platform} is here twice.",
    "variables_empty": "variables: is empty; it is ignored.",
    "variable_risky": "{name} changes how programs of the environment find their files, and often"
    " breaks them.",
}

_NOTES: dict[str, str] = {
    "category_ignored": "category: is ignored; all of the dependencies are installed.",
    "pip_empty": "pip: has no lines.",
    "pip_repository": "{line} is built from a repository: the lock holds its commit, and no hash"
    " of what is built from it.",
    "platforms_no_limit": "platforms: says what the file is meant for. It does not keep anybody"
    " from making the environment on another platform.",
    "version_exact": "{spec} means exactly {version}, without a later part such as {version}.1."
    " For any {version} write {suggestion}.",
}

CATALOGUE: dict[str, tuple[Literal["error", "warning", "note"], str]] = {
    **{code: ("error", text) for code, text in (_FILE | _KEYS | _DEPENDENCIES | _PIP).items()},
    **{code: ("warning", text) for code, text in _WARNINGS.items()},
    **{code: ("note", text) for code, text in _NOTES.items()},
}

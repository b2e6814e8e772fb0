"""Modules stand on floors: a file imports from lower floors only, and never in a circle.

    .ci/floors            fails where an import goes up, goes sideways or closes a circle, and where the picture is old
    .ci/floors --write    draws the modules in docs/architecture.md again

Tests are not looked at. A folder's mod.rs is common ground of its files; its re-exports stand for the files they come from.
"""
import pathlib
import re
import sys

# One line a floor, from the ground up. Modules of one line do not import each other. `!x`: the floor does not use crate x.
FLOORS = {
    "wgan-core": """
        error magnitude
        convert file norm
        sample weights
        transport !burn
        whitening !burn
        network
        loss
        fused
        model
        lattice lipschitz
        judge
        train
        cli
    """,
    "wgan-cond": """
        error labelled
        condition
        critic generator
        train conditioned
        report
        sampler
    """,
    "wgan-graph": """
        error
        table
        network
        paths walk_law
        transport sample
        critic generator
        new_nodes anomaly links whole_network law
        picture
        cli
    """,
    "wgan-materials": """
        error digest
        element linear forest frame_writer
        property formula electronegativity
        composition descriptor impute
        structure
        material
        oxidation nearest novelty
        table
        target features
        discovery stability
        geometry
        model evaluate
        checks crystals like_table report stream parts
        candidates ranked_list
        cli
    """,
}

ROOT = pathlib.Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "architecture.md"
BEGIN, END = "<!-- .ci/floors --write: begin -->", "<!-- .ci/floors --write: end -->"


def without_tests(text):
    """The code without comments, strings, and items under #[cfg(test)]; names of test modules."""
    text = text.replace("'\"'", "' '").replace("'\\\"'", "' '")
    text = re.sub(r'r#"(?:.|\n)*?"#|"(?:\\.|[^"\\])*"', '""', re.sub(r"(?<!:)//[^\n]*", "", text))
    tests = set()
    while (at := re.search(r"#\[cfg\(test\)\]", text)) is not None:
        rest = text[at.end():]
        end = re.search(r"[;{]", rest)
        stop = end.end() if end else len(rest)
        if name := re.match(r"\s*(?:pub(?:\([^)]*\))? )?mod (\w+)", rest):
            tests.add(name[1])
        if end and end[0] == "{":
            depth = 1
            while depth and stop < len(rest):
                depth += {"{": 1, "}": -1}.get(rest[stop], 0)
                stop += 1
        text = text[:at.start()] + rest[stop:]
    return text, tests


def expanded(tree):
    """Paths of a use tree: `a::{b, c::d as e}` is a::b and a::c::d, each with the name it gets."""
    tree = tree.strip()
    brace = tree.find("{")
    if brace < 0:
        path, _, name = tree.partition(" as ")
        parts = [part.strip() for part in path.split("::")]
        yield parts, (name or parts[-1]).strip()
        return
    depth, item = 0, ""
    for char in tree[brace + 1:tree.rindex("}")] + ",":
        depth += {"{": 1, "}": -1}.get(char, 0)
        if char == "," and depth == 0:
            if item.strip():
                yield from expanded(tree[:brace] + item)
            item = ""
        else:
            item += char


class Crate:
    def __init__(self, name):
        self.name, self.src = name, ROOT / name / "src"
        self.code, self.docs, tests = {}, {}, set()
        for path in sorted(self.src.rglob("*.rs")):
            module = path.relative_to(self.src).with_suffix("").parts
            module = () if module in (("lib",), ("main",)) else module[:-1] if module[-1] == "mod" else module
            if path.name == "main.rs":
                continue
            text = path.read_text()
            self.code[module], found = without_tests(text)
            self.docs[module] = text
            tests |= {module + (test,) for test in found}
        for test in [m for m in self.code if any(m[:len(t)] == t for t in tests)]:
            del self.code[test]
        self.exports = {module: {} for module in self.code}
        self.paths = {module: [] for module in self.code}
        for module, text in self.code.items():
            for is_public, tree in re.findall(r"\b(pub(?:\([^)]*\))?\s+)?use\s+([^;]+);", text):
                for parts, name in expanded(tree):
                    if is_public:
                        self.exports[module][name] = parts
                    if not (is_public and module + (parts[0],) in self.code):
                        self.paths[module].append(parts)
            rest = re.sub(r"\buse\s+[^;]+;", "", text)
            for path in re.findall(rf"\b(?:crate|super|self|{name.replace('-', '_')})(?:::\w+)+", rest):
                self.paths[module].append(path.split("::"))
            children = {m[-1] for m in self.code if m[:-1] == module and m}
            for path in re.findall(r"(?<![\w:])(\w+(?:::\w+)+)", rest):
                if path.split("::")[0] in children:
                    self.paths[module].append(path.split("::"))

    def target(self, module, parts, depth=0):
        """The module that a path leads to, followed through re-exports; none for other crates."""
        at = module
        if parts[0] in ("crate", self.name.replace("-", "_")):
            at, parts = (), parts[1:]
        elif parts[0] in ("super", "self"):
            while parts and parts[0] in ("super", "self"):
                at, parts = (at[:-1] if parts[0] == "super" else at), parts[1:]
        elif module + (parts[0],) not in self.code:
            return None
        while parts and at + (parts[0],) in self.code:
            at, parts = at + (parts[0],), parts[1:]
        if parts and parts[0] in self.exports.get(at, {}) and depth < 8:
            return self.target(at, self.exports[at][parts[0]], depth + 1) or at
        return at

    def edges(self):
        found = set()
        for module, paths in self.paths.items():
            for parts in paths:
                target = self.target(module, parts)
                if module and target is not None and target != module and target in self.code:
                    found.add((module, target))
        return found

    def roof(self):
        """Imports between the modules of the root."""
        return {(a[0], b[0]) for a, b in self.edges() if a and b and a[0] != b[0]}

    def siblings(self):
        """For each folder the imports between what lies in it."""
        folders = {}
        for a, b in self.edges():
            k = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), None)
            if k:  # 0 is the root, where floors say more
                folders.setdefault(a[:k], set()).add((a[k], b[k]))
        return folders

    def modules(self):
        return sorted({module[0] for module in self.code if module})

    def about(self, module):
        """First paragraph of the module's own text."""
        lines = self.docs.get((module,), "").splitlines()
        text = []
        for line in lines:
            if not line.startswith("//!") or (text and line.strip() == "//!") or line.startswith("//! |"):
                break
            text.append(line[3:].strip())
        return re.sub(r"\[(`[^`]+`)\](?:\([^)]*\))?", r"\1", " ".join(text))


def circle(edges):
    """One circle of imports, if there is one."""
    after = {}
    for a, b in sorted(edges):
        after.setdefault(a, []).append(b)
    done = set()

    def walk(at, path):
        if at in path:
            return path[path.index(at):] + [at]
        if at in done:
            return None
        for b in after.get(at, []):
            if found := walk(b, path + [at]):
                return found
        done.add(at)
        return None

    return next((found for a in sorted(after) if (found := walk(a, []))), None)


def check(crate, floors):
    faults, level, barred = [], {}, {}
    for number, line in enumerate(floors):
        names = [name for name in line if not name.startswith("!")]
        level.update(dict.fromkeys(names, number))
        barred.update({name: [other[1:] for other in line if other.startswith("!")] for name in names})
    for module in crate.modules():
        if module not in level:
            faults.append(f"`{module}` stands on no floor")
    for module in level:
        if module not in crate.modules():
            faults.append(f"there is no module `{module}`")
    for a, b in sorted(crate.roof()):
        if level.get(a, 0) <= level.get(b, 0):
            way = "up" if level.get(a, 0) < level.get(b, 0) else "sideways"
            files = sorted("/".join(m) for m, t in crate.edges() if m[:1] == (a,) and t[:1] == (b,))
            faults.append(f"`{a}` imports `{b}`, which goes {way} ({', '.join(files)})")
    for folder, edges in sorted(crate.siblings().items()):
        if found := circle(edges):
            faults.append(f"circle in {'/'.join(folder)}: {' → '.join(found)}")
    for module, text in crate.code.items():
        for other in barred.get(module[0], []) if module else []:
            if re.search(rf"\b{other}::", text):
                faults.append(f"{'/'.join(module)} uses {other}")
    return [f"{crate.name}: {fault}" for fault in faults]


def picture(crate, floors):
    imports = {}
    for a, b in crate.roof():
        imports.setdefault(a, set()).add(b)
    names = [[n for n in line if not n.startswith("!")] for line in floors]
    width = max(len(name) for line in names for name in line)
    lines = [f"### {crate.name}", "", "```text"]
    for number, line in reversed(list(enumerate(names))):
        for name in line:
            below = " ".join(other for floor in reversed(names) for other in floor if other in imports.get(name, ()))
            lines.append(f"{number:2}  {name:{width}}  {'→ ' + below if below else ''}".rstrip())
    lines += ["```", ""]
    for number, line in reversed(list(enumerate(names))):
        for name in line:
            may = "no other module" if number == 0 else f"floors 0 to {number - 1}" if number > 1 else "floor 0"
            lines += [f"**`{name}`**: {crate.about(name)} May know: {may}.", ""]
    return lines


def main():
    faults, drawn = [], []
    for name, text in FLOORS.items():
        crate, floors = Crate(name), [line.split() for line in text.strip().splitlines()]
        faults += check(crate, floors)
        drawn += picture(crate, floors)
    text = PICTURE.read_text()
    head, _, rest = text.partition(BEGIN)
    tail = rest.partition(END)[2]
    wanted = head + BEGIN + "\n\n" + "\n".join(drawn) + "\n" + END + tail
    if "--write" in sys.argv[1:]:
        PICTURE.write_text(wanted)
    elif wanted != text:
        faults.append("docs/architecture.md is not the present picture; run .ci/floors --write")
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

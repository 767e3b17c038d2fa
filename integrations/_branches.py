"""Which merge brought a commit: told from the graph alone, by walking the main line once."""

from collections.abc import Mapping, Sequence

Graph = Mapping[str, Sequence[str]]  # revision → its parents; what is not in it lies outside the range


def brought_by(graph: Graph, head: str) -> dict[str, str]:
    """For each commit beside the main line that leads to `head`: the oldest merge of that line through which it came."""
    line: list[str] = []
    at = head
    while at in graph:
        line.append(at)
        at = next(iter(graph[at]), "")
    merges: dict[str, str] = {}
    seen = set(line)
    for merge in reversed(line):
        waiting = list(graph[merge][1:])
        while waiting:
            commit = waiting.pop()
            if commit in seen or commit not in graph:
                continue
            seen.add(commit)
            merges[commit] = merge
            waiting.extend(graph[commit])
    return merges

using System.Text;
using Zephyr.Experiments.Running;

namespace Zephyr.Experiments.Terminal;

/// <summary>Draws the stages of a plan and what each reads: as a tree for the terminal, for Mermaid and for Graphviz.</summary>
/// <param name="decisions">The stages, dependencies first.</param>
public sealed class PlanGraph(IReadOnlyList<StageDecision> decisions)
{
    private readonly Dictionary<string, StageDecision> _byName = decisions.ToDictionary(decision => decision.Stage.Name, StringComparer.Ordinal);

    /// <summary>
    /// The tree: each stage below the last of those it reads. Others it reads stand behind it, unless they are above it anyway.
    /// </summary>
    /// <returns>Lines.</returns>
    public string Tree()
    {
        var parents = decisions.ToDictionary(decision => decision.Stage.Name, Parent, StringComparer.Ordinal);
        var children = decisions.ToLookup(decision => parents[decision.Stage.Name], StringComparer.Ordinal);
        var text = new StringBuilder();
        var open = new Stack<(StageDecision Stage, string Lead, string Branch, string Below)>();
        Push(children[null], "");
        while (open.TryPop(out var next))
        {
            var name = next.Stage.Stage.Name;
            var above = new HashSet<string>(StringComparer.Ordinal);
            for (var at = parents[name]; at is not null; at = parents[at])
            {
                above.Add(at);
            }

            var others = next.Stage.Stage.DependsOn.Where(other => _byName.ContainsKey(other) && !above.Contains(other)).ToList();
            var also = others.Count > 0 ? $" (also reads {string.Join(", ", others)})" : "";
            text.Append($"{next.Lead}{next.Branch}{name}{also}: {Status(next.Stage)}\n");
            Push(children[name], next.Lead + next.Below);
        }

        return text.ToString();

        void Push(IEnumerable<StageDecision> stages, string lead)
        {
            var last = true;
            foreach (var stage in stages.Reverse())
            {
                var isRoot = parents[stage.Stage.Name] is null;
                open.Push((stage, lead, isRoot ? "" : last ? "└─ " : "├─ ", isRoot ? "" : last ? "   " : "│  "));
                last = false;
            }
        }
    }

    /// <summary>The graph in Mermaid's language.</summary>
    /// <returns>Lines.</returns>
    public string Mermaid()
    {
        var text = new StringBuilder("graph LR\n");
        foreach (var (decision, i) in decisions.Select((decision, i) => (decision, i)))
        {
            text.Append($"  s{i}[\"{decision.Stage.Name}<br/>{Word(decision)}\"]:::{Word(decision)}\n");
        }

        foreach (var (from, to) in Edges())
        {
            text.Append($"  s{from} --> s{to}\n");
        }

        return text.Append("  classDef cached fill:#e8f5e9,stroke:#2e7d32,color:#1b5e20\n  classDef run fill:#fff3e0,stroke:#ef6c00,color:#e65100\n  classDef frozen fill:#e3f2fd,stroke:#1565c0,color:#0d47a1\n").ToString();
    }

    /// <summary>The graph in Graphviz's language.</summary>
    /// <returns>Lines.</returns>
    public string Dot()
    {
        var text = new StringBuilder("digraph pipeline {\n  rankdir=LR;\n  node [shape=box, style=\"rounded,filled\"];\n");
        foreach (var decision in decisions)
        {
            var colour = Word(decision) switch { "cached" => "#e8f5e9", "frozen" => "#e3f2fd", _ => "#fff3e0" };
            text.Append($"  \"{decision.Stage.Name}\" [label=\"{decision.Stage.Name}\\n{Word(decision)}\", fillcolor=\"{colour}\"];\n");
        }

        foreach (var (from, to) in Edges())
        {
            text.Append($"  \"{decisions[from].Stage.Name}\" -> \"{decisions[to].Stage.Name}\";\n");
        }

        return text.Append("}\n").ToString();
    }

    private string? Parent(StageDecision decision)
    {
        var read = decision.Stage.DependsOn.ToHashSet(StringComparer.Ordinal);
        return read.Count == 0 ? null : decisions.LastOrDefault(other => read.Contains(other.Stage.Name))?.Stage.Name;
    }

    private IEnumerable<(int From, int To)> Edges()
    {
        var places = decisions.Select((decision, i) => (decision.Stage.Name, i)).ToDictionary(place => place.Name, place => place.i, StringComparer.Ordinal);
        return decisions.SelectMany(decision => decision.Stage.DependsOn.Where(places.ContainsKey).Select(name => (places[name], places[decision.Stage.Name])));
    }

    private static string Word(StageDecision decision) => decision.IsFrozen ? "frozen" : decision.Status;

    private static string Status(StageDecision decision) => $"{Word(decision)} ({decision.Reason})";
}

using System.Text.Json.Nodes;
using Zephyr.Core.Generation;
using Zephyr.Experiments.Serving;
using Zephyr.Experiments.Terminal;

namespace Zephyr.Experiments.Tests.Serving;

public sealed class ChatTerminalTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("zephyr-chat-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_conversation_has_history_until_it_is_reset_and_can_be_saved()
    {
        var text = await TalkAsync(1, "first\n/save a.json\n/system Be kind.\nsecond\n/save b.json\n/reset\n/save c.json\n/save c.json\n/nothing\n/exit\nnever read\n");

        Roles("a.json").ShouldBe(["user", "assistant"]);
        Roles("b.json").ShouldBe(["system", "user", "assistant"]);
        Roles("c.json").ShouldBe(["system"]);
        text.ShouldContain("Not saved");
        text.ShouldContain("There is no command /nothing");
        text.ShouldNotContain("never read");
        text.ShouldNotContain("> ");
    }

    [Fact]
    public async Task A_question_beyond_the_context_is_said_and_taken_back()
    {
        var text = await TalkAsync(1, new string('x', 400) + "\nshort\n/save a.json\n");

        text.ShouldContain("/reset");
        Roles("a.json").ShouldBe(["user", "assistant"]);
    }

    [Fact]
    public async Task Two_models_answer_under_their_names()
    {
        var text = await TalkAsync(2, "hello\n");

        text.ShouldContain("[model-0]\n");
        text.ShouldContain("[model-1]\n");
    }

    [Fact]
    public async Task An_interrupt_stops_the_answer_and_not_the_conversation()
    {
        TinyServedModel.Write(_folder, positions: 30_000);
        await using var model = TinyServedModel.Load(_folder);
        var session = new ChatSession(model, new SamplingOptions { Temperature = 1 });
        var interrupt = new InterruptSignal();
        using var stop = new CancellationTokenSource();
        interrupt.Raise().ShouldBeFalse();
        using (interrupt.Take(stop.Cancel))
        {
            var (text, stopped) = await session.AskAsync("x", _ => interrupt.Raise().ShouldBeTrue(), stop.Token);
            stopped.ShouldBeTrue();
            session.Messages[^1].Content.ShouldBe(text);
        }

        interrupt.Raise().ShouldBeFalse();
    }

    [Fact]
    public void Columns_stand_beside_each_other_where_there_is_room()
    {
        // 60 columns: two of (60 - 3) / 2 = 28.
        SideBySide.Layout(["a", "b"], ["one two three four five six seven eight", "x\ny"], 60).ShouldBe(
            "[a]                          | [b]\n" +
            "one two three four five six  | x\n" +
            "seven eight                  | y\n");
        SideBySide.Layout(["a", "b"], ["one", "two"], 40).ShouldBe("[a]\none\n[b]\ntwo\n");
    }

    private async Task<string> TalkAsync(int models, string input)
    {
        TinyServedModel.Write(_folder);
        var served = Enumerable.Range(0, models).Select(i => TinyServedModel.Load(_folder, $"model-{i}")).ToList();
        var output = new StringWriter();
        try
        {
            var sessions = served.Select(model => new ChatSession(model, new SamplingOptions { MaxTokens = 8 })).ToList();
            await new ChatTerminal(sessions, new StringReader(input), output, new InterruptSignal(), prompts: false, width: 0, _folder).RunAsync(TestContext.Current.CancellationToken);
        }
        finally
        {
            foreach (var model in served)
            {
                await model.DisposeAsync();
            }
        }

        return output.ToString();
    }

    private string[] Roles(string file) => JsonNode.Parse(File.ReadAllText(Path.Combine(_folder, file)))!["messages"]!.AsArray().Select(message => (string)message!["role"]!).ToArray();
}

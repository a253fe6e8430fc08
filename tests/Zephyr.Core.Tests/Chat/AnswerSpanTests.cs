using System.Text.Json;
using System.Text.RegularExpressions;
using Zephyr.Core.Chat;
using Zephyr.Core.Chat.Jinja;

namespace Zephyr.Core.Tests.Chat;

/// <summary>Where the assistant speaks, in the templates of real models and in small ones of every kind.</summary>
public sealed class AnswerSpanTests
{
    private static readonly RenderOptions s_options = new() { Now = new DateTime(2025, 7, 10) };

    private static readonly Regex s_tags = new(@"<\|[^|>\n ]+\|>", RegexOptions.NonBacktracking, TimeSpan.FromSeconds(1));

    private static readonly List<ChatMessage> s_talk =
    [
        new(ChatRoles.User, "What is one & one?"), new(ChatRoles.Assistant, "It is two."), new(ChatRoles.User, "It is two."), new(ChatRoles.Assistant, "Yes, \"two\"."),
    ];

    // What the assistant must say in each: from the end of the prompt to the token that ends the turn. Templates with generation blocks mark
    // the header, too, and those that write no end token leave none.
    [Theory]
    [InlineData("HuggingFaceH4/zephyr-7b-beta (add_generation_prompt=false)", "It is two.</s>", "Yes, \"two\".</s>")]
    [InlineData("TheBloke/Mistral-7B-Instruct-v0.1-GPTQ", "It is two.</s>", "Yes, \"two\".</s>")]
    [InlineData("mistralai/Mixtral-8x7B-Instruct-v0.1", "It is two.</s>", "Yes, \"two\".</s>")]
    [InlineData("openchat/openchat-3.5-0106", " It is two.<|end_of_turn|>", " Yes, \"two\".<|end_of_turn|>")]
    [InlineData("upstage/SOLAR-10.7B-Instruct-v1.0", "It is two.", "Yes, \"two\".")]
    [InlineData("Deci/DeciLM-7B-instruct", "It is two.", "Yes, \"two\".")]
    [InlineData("Qwen/Qwen1.5-72B-Chat", "It is two.<|im_end|>", "Yes, \"two\".<|im_end|>")]
    [InlineData("h2oai/h2o-danube-1.8b-chat", "It is two.</s>", "Yes, \"two\".</s>")]
    [InlineData("internlm/internlm2-chat-7b", "It is two.<|im_end|>", "Yes, \"two\".<|im_end|>")]
    [InlineData("ericzzz/falcon-rw-1b-chat", "It is two.<|endoftext|>", "Yes, \"two\".<|endoftext|>")]
    [InlineData("abacusai/Smaug-34B-v0.1", " It is two. </s>", " Yes, \"two\". </s>")]
    [InlineData("deepseek-ai/deepseek-coder-33b-instruct", "It is two.\n<|EOT|>", "Yes, \"two\".\n<|EOT|>")]
    [InlineData("meetkai/functionary-medium-v2.2", "all\n<|content|>It is two.<|stop|>", "all\n<|content|>Yes, \"two\".<|stop|>")]
    [InlineData("maywell/PiVoT-MoE", " It is two.", " Yes, \"two\".")]
    [InlineData("CohereForAI/c4ai-command-r-v01", "It is two.<|END_OF_TURN_TOKEN|>", "Yes, \"two\".<|END_OF_TURN_TOKEN|>")]
    [InlineData("mistralai/Mistral-7B-Instruct-v0.3 (JSON Schema)", " It is two. </s>", " Yes, \"two\". </s>")]
    [InlineData("CISCai/Mistral-7B-Instruct-v0.3-SOTA-GGUF", "It is two.</s>", "Yes, \"two\".</s>")]
    [InlineData("mistralai/Mistral-Nemo-Instruct-2407", "It is two.</s>", "Yes, \"two\".</s>")]
    [InlineData("meta-llama/Llama-3.1-8B-Instruct", "It is two.<|eot_id|>", "Yes, \"two\".<|eot_id|>")]
    [InlineData("MadeAgents/Hammer2.1", "It is two.<|im_end|>", "Yes, \"two\".<|im_end|>")]
    [InlineData("Qwen/Qwen2.5-7B-Instruct", "It is two.<|im_end|>", "Yes, \"two\".<|im_end|>")]
    [InlineData("Qwen/Qwen3-0.6B", "It is two.<|im_end|>", "<think>\n\n</think>\n\nYes, \"two\".<|im_end|>")]
    [InlineData("Qwen/Qwen3.5-4B", "It is two.<|im_end|>", "\n</think>\n\nYes, \"two\".<|im_end|>")]
    [InlineData("openbmb/MiniCPM3-4B", "It is two.<|im_end|>", "Yes, \"two\".<|im_end|>")]
    [InlineData("ai21labs/AI21-Jamba-Large-1.6", " It is two.<|eom|>", " Yes, \"two\".<|eom|>")]
    [InlineData("HuggingFaceTB/SmolLM3-3B", "<|im_start|>assistant\nIt is two.<|im_end|>\n", "<|im_start|>assistant\nYes, \"two\".<|im_end|>\n")]
    [InlineData("moonshotai/Kimi-K2-Thinking", "<think></think>It is two.<|im_end|>", "<think></think>Yes, \"two\".<|im_end|>")]
    [InlineData("LiquidAI/LFM2.5-VL-450M", "It is two.<|im_end|>\n", "Yes, \"two\".<|im_end|>\n")]
    public void Answers_of_real_templates_are_found_with_the_token_that_ends_the_turn(string name, string first, string second)
    {
        using var cases = JsonDocument.Parse(File.ReadAllBytes(SharedData.Folder("templates/cases.json")));
        var item = cases.RootElement.EnumerateArray().First(item => item.GetProperty("name").GetString() == name);
        var text = item.GetProperty("chat_template").GetString()!;
        var data = item.GetProperty("data");
        var tokens = new Dictionary<string, string> { ["bos_token"] = Token(data, "bos_token", "<s>"), ["eos_token"] = Token(data, "eos_token", "</s>") };
        var template = Template(text, tokens, [.. tokens.Values, .. s_tags.Matches(text).Select(match => match.Value)]);
        var rendered = template.RenderConversation(s_talk);
        Texts(rendered).ShouldBe([first, second]);

        // A conversation of one turn, whose answer is the last thing in it, ends its answer in the same way.
        Texts(template.RenderConversation([.. s_talk.Take(2)]))[^1].ShouldEndWith(first[first.LastIndexOf('.')..]);
    }

    [Fact]
    public void A_header_that_the_prompt_does_not_end_with_is_the_assistants_to_write()
    {
        var template = Template("{% for m in messages %}<{{ m.role }}>{{ m.content }}{{ eos_token }}{% endfor %}");
        Texts(template.RenderConversation(s_talk)).ShouldBe(["<assistant>It is two.</s>", "<assistant>Yes, \"two\".</s>"]);
    }

    [Fact]
    public void A_template_that_shows_no_answers_gives_none()
    {
        // Llama Guard asks about the conversation; its content is a list there, which plain messages are not.
        var template = Template("{% for m in messages if m.role == 'user' %}{{ m.content }}{% endfor %}");
        template.RenderConversation(s_talk).Answers.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("{{ m.content }}", "It is two.")]
    [InlineData("{{ m.content|trim|upper }}", "IT IS TWO.")]
    [InlineData("{{ m.content|tojson }}", "\"It is two.\"")]
    [InlineData("{{ m.content.split(' ')|join('_') }}", "It_is_two.")]
    [InlineData("{{ '[%s]'|format(m.content) }}", "[It is two.]")]
    [InlineData("{% set x %}({{ m['content'] }}){% endset %}{{ x }}", "(It is two.)")]
    [InlineData("{% macro f(v) %}<{{ v }}>{% endmacro %}{{ f(m.content) }}", "<It is two.>")]
    [InlineData("{{ m.content[::-1] }}", ".owt si tI")]
    [InlineData("{{ m.content.replace('is', 'IS') }}", "It IS two.")]
    [InlineData("{{ [m.content]|string }}", "[\"It is two.\"]")]
    [InlineData("{{ '<answer>' ~ m.content ~ '</answer>' ~ (eos_token if m.role == 'assistant') }}", "<answer>It is two.</answer></s>")]
    [InlineData("{% for c in m.content %}{{ c }}{% endfor %}", "It is two.")]
    [InlineData("{{ dict(m).content }}", "It is two.")]
    public void Content_is_followed_through_whatever_the_template_does_to_it(string expression, string said)
    {
        // The same words stand in the user's message and in the template: a search for them would go wrong.
        var template = Template("It is two. {% for m in messages %}{{ m.role }}: " + expression + "\n{% endfor %}{% if add_generation_prompt %}assistant: {% endif %}");
        var rendered = template.RenderConversation([new(ChatRoles.User, "It is two."), new(ChatRoles.Assistant, "It is two.")]);
        Texts(rendered).ShouldBe([said]);
        rendered.Answers[0].Start.ShouldBe(rendered.Text.IndexOf("assistant: ", StringComparison.Ordinal) + "assistant: ".Length);
    }

    [Fact]
    public void Generation_blocks_say_where_the_answers_are_also_through_macros()
    {
        var template = Template(
            "{% macro say(m) %}[{% generation %}<a>{{ m.content }}</s>{% endgeneration %}]{% endmacro %}{% for m in messages %}{% if m.role == 'assistant' %}{{ say(m) }}{% else %}{{ m.content }}{% endif %}{% endfor %}");
        Texts(template.RenderConversation(s_talk)).ShouldBe(["<a>It is two.</s>", "<a>Yes, \"two\".</s>"]);
    }

    [Fact]
    public void An_earlier_answer_that_the_template_shortens_is_found_as_it_stands()
    {
        var template = Template("{% for m in messages %}<|{{ m.role }}|>{{ m.content.split('</think>')[-1] if not loop.last else m.content }}</s>{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}");
        Texts(template.RenderConversation([
            new(ChatRoles.User, "a"), new(ChatRoles.Assistant, "<think>x</think>one"), new(ChatRoles.User, "b"), new(ChatRoles.Assistant, "<think>y</think>two")]))
            .ShouldBe(["one</s>", "<think>y</think>two</s>"]);
    }

    [Fact]
    public void An_answer_written_in_several_places_is_a_fault_that_names_the_way_out()
    {
        var template = Template("{{ messages[-1].content }}{% for m in messages %}{{ m.content }}{% endfor %}");
        Should.Throw<ChatTemplateException>(() => template.RenderConversation(s_talk)).Message.ShouldContain("generation");
    }

    [Fact]
    public void An_empty_answer_is_its_end_token()
    {
        var template = Template(ChatTemplates.Zephyr);
        Texts(template.RenderConversation([new(ChatRoles.User, "a"), new(ChatRoles.Assistant, "")])).ShouldBe(["</s>"]);
    }

    [Fact]
    public void The_Zephyr_template_gives_what_the_built_in_format_gives()
    {
        List<ChatMessage> messages = [new(ChatRoles.User, "X"), new(ChatRoles.Assistant, "Y")];
        Template(ChatTemplates.Zephyr, insertEmptySystem: true).Render(messages, addGenerationPrompt: false).ShouldBe("<|system|>\n</s>\n<|user|>\nX</s>\n<|assistant|>\nY</s>\n");
        Template(ChatTemplates.Zephyr).Render([messages[0]], addGenerationPrompt: true).ShouldBe("<|user|>\nX</s>\n<|assistant|>\n");
    }

    private static ConversationTemplate Template(
        string text, Dictionary<string, string>? tokens = null, IEnumerable<string>? special = null, bool insertEmptySystem = false)
    {
        tokens ??= new() { ["bos_token"] = "<s>", ["eos_token"] = "</s>" };
        return new(ChatTemplateSource.Of("t.jinja", text) with { SpecialTokens = tokens }, special ?? tokens.Values, insertEmptySystem, s_options);
    }

    private static List<string> Texts(RenderedConversation rendered) => [.. rendered.Answers.Select(answer => rendered.Text[answer.Start..answer.End])];

    private static string Token(JsonElement data, string name, string standard) =>
        data.TryGetProperty(name, out var token) && token.ValueKind == JsonValueKind.String ? token.GetString()! : standard;
}

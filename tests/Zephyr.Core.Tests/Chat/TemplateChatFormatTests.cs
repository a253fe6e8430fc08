using System.Text.Json;
using Zephyr.Core.Chat;
using Zephyr.Core.Chat.Jinja;
using Zephyr.Core.Tests.Tokenizers;
using Zephyr.Core.Tokenizers;

namespace Zephyr.Core.Tests.Chat;

public sealed class TemplateChatFormatTests
{
    private const string Mixtral =
        "{{ bos_token }}{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('roles must alternate') }}{% endif %}"
        + "{% if message['role'] == 'user' %}{{ '[INST] ' + message['content'] + ' [/INST]' }}{% else %}{{ ' ' + message['content'] + eos_token }}{% endif %}{% endfor %}";

    private static readonly Tokenizer s_small = BpeTrainer.Train(BpeTrainerTests.Stories(300), 500);

    private static readonly List<ChatMessage> s_talk =
    [
        new(ChatRoles.User, "How many?"), new(ChatRoles.Assistant, "the fox counted 3 stones"), new(ChatRoles.User, "</s> Again <s>"), new(ChatRoles.Assistant, "3 </s> stones"),
    ];

    [Fact]
    public void The_Zephyr_template_gives_the_texts_and_ids_of_the_real_models()
    {
        var folder = SharedData.Folder("tokenizers/mistral-7b-v0.1");
        var tokenizer = Tokenizer.Load(folder);
        var format = Format(ChatTemplates.Zephyr, tokenizer);
        using var prompts = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "zephyr_prompts.json")));
        foreach (var item in prompts.RootElement.EnumerateArray())
        {
            var messages = item.GetProperty("messages").EnumerateArray()
                .Select(message => new ChatMessage(message.GetProperty("role").GetString()!, message.GetProperty("content").GetString()!)).ToList();
            var chosen = item.GetProperty("chosen").GetString()!;
            List<ChatMessage> full = [.. messages, new(ChatRoles.Assistant, chosen)];
            var fullIds = Ids(item, "full_chosen_ids");

            format.Render(messages, addGenerationPrompt: true).ShouldBe(item.GetProperty("prompt_text").GetString());
            format.Render(full, addGenerationPrompt: false).ShouldBe(item.GetProperty("full_chosen_text").GetString());
            format.TokenizePrompt(messages).ShouldBe(Ids(item, "prompt_ids"));
            format.Tokenize(new Conversation(full)).Ids.ShouldBe(fullIds);
            int[] apart = [.. format.TokenizePrompt(messages), .. format.TokenizeAnswer(messages, chosen)];
            apart.ShouldBe(fullIds[..apart.Length]);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_Zephyr_template_and_the_built_in_format_give_the_same_tokens_and_mask(bool insertEmptySystem)
    {
        var builtIn = new ChatRenderer(new TokenizerOptions { InsertEmptySystem = insertEmptySystem }, s_small);
        var format = Format(ChatTemplates.Zephyr, s_small, insertEmptySystem);
        var (ids, mask) = format.Tokenize(new Conversation(s_talk));
        var expected = builtIn.Tokenize(new Conversation(s_talk));
        ids.ShouldBe(expected.Ids);
        mask.ShouldBe(expected.Mask);
        format.TokenizePrompt(s_talk[..3]).ShouldBe(builtIn.TokenizePrompt(s_talk[..3]));
        format.TokenizeAnswer(s_talk[..3], s_talk[3].Content).ShouldBe(builtIn.TokenizeAnswer(s_talk[3].Content));
        format.PlainTexts(new Conversation(s_talk)).ShouldBe(builtIn.PlainTexts(new Conversation(s_talk)));
        format.StopIds.ShouldBe([s_small.EosId]);
        format.DecodeAnswer(format.TokenizeAnswer(s_talk[..3], "3 stones")).ShouldBe("3 stones");
    }

    [Fact]
    public void A_template_that_writes_the_beginning_token_gets_no_second_one()
    {
        var format = Format(Mixtral, s_small);
        format.Tokenize(new Conversation(s_talk)).Ids.Count(id => id == s_small.BosId).ShouldBe(1);
        format.TokenizePrompt(s_talk[..1]).Count(id => id == s_small.BosId).ShouldBe(1);
        format.TokenizePrompt(s_talk[..1])[0].ShouldBe(s_small.BosId);
    }

    [Theory]
    [InlineData(ChatTemplates.Zephyr)]
    [InlineData(Mixtral)]
    [InlineData("{% for m in messages %}{{ m.role }}:\n{{ m.content|trim }}{{ eos_token if m.role == 'assistant' }}\n{% endfor %}{% if add_generation_prompt %}assistant:\n{% endif %}")]
    public void Prompt_and_answer_apart_have_the_tokens_and_the_place_they_have_together(string template)
    {
        var format = Format(template, s_small);
        var (ids, mask) = format.Tokenize(new Conversation(s_talk));
        for (var turn = 1; turn < s_talk.Count; turn += 2)
        {
            var prompt = format.TokenizePrompt(s_talk[..turn]);
            int[] apart = [.. prompt, .. format.TokenizeAnswer(s_talk[..turn], s_talk[turn].Content)];
            apart.ShouldBe(ids[..apart.Length]);
            mask[prompt.Length - 1].ShouldBe((byte)0);
            mask[prompt.Length..apart.Length].ShouldAllBe(value => value == 1);
            (apart.Length == mask.Length || mask[apart.Length] == 0).ShouldBeTrue();
            apart[^1].ShouldBe(s_small.EosId);
        }
    }

    [Fact]
    public void Special_tokens_written_in_a_message_stay_plain_text() =>
        Format(Mixtral, s_small).Tokenize(new Conversation(s_talk)).Ids.Count(id => id == s_small.EosId).ShouldBe(2, "one for each answer");

    [Fact]
    public void A_conversation_that_the_template_refuses_says_so() =>
        Should.Throw<ChatTemplateException>(() => Format(Mixtral, s_small).Tokenize(new Conversation([new(ChatRoles.System, "x"), .. s_talk]))).IsRefusal.ShouldBeTrue();

    [Fact]
    public void A_template_that_writes_the_prompt_differently_before_an_answer_cannot_be_trained_in_pairs()
    {
        var format = Format("{% for m in messages %}{{ m.content }}{% endfor %}{% if add_generation_prompt %}?{% endif %}", s_small);
        Should.Throw<ZephyrException>(() => format.TokenizeAnswer(s_talk[..1], "x")).Message.ShouldContain("differently");
    }

    [Fact]
    public void An_exported_template_is_read_back_with_its_tokens()
    {
        using var folder = new TemporaryFolder();
        s_small.Save(folder.Path);
        ExportedChatTemplate.Write(folder.Path, ChatTemplateSource.Of("a.jinja", Mixtral), s_small);
        var source = ChatTemplateFile.Read(folder.Path);
        source.Templates[ChatTemplateSource.DefaultName].ShouldBe(Mixtral);
        (source.SpecialTokens["bos_token"], source.SpecialTokens["eos_token"]).ShouldBe(("<s>", "</s>"));
        var format = ChatFormats.Create(new TokenizerOptions { ChatTemplate = "a.jinja" }, Tokenizer.Load(folder.Path), folder.Path);
        format.TemplateText.ShouldBe(Mixtral);
        format.Render(s_talk[..1], addGenerationPrompt: true).ShouldBe("<s>[INST] How many? [/INST]");
    }

    [Theory]
    [InlineData(ChatRoles.User, "<|system|>\n</s>\n<|user|>\nHi</s>\n<|assistant|>\n")]
    [InlineData(ChatRoles.System, "<|system|>\nHi</s>\n<|assistant|>\n")]
    public void A_model_trained_with_an_empty_system_message_carries_a_template_that_inserts_it(string role, string expected)
    {
        using var folder = new TemporaryFolder();
        s_small.Save(folder.Path);
        ExportedChatTemplate.Write(folder.Path, ChatTemplateSource.Of("zephyr", ChatTemplates.Zephyr), s_small, insertEmptySystem: true);
        List<ChatMessage> messages = [new(role, "Hi")];
        var options = new TokenizerOptions { InsertEmptySystem = true };
        var trained = new ChatRenderer(options, s_small);
        trained.Render(messages, addGenerationPrompt: true).ShouldBe(expected);

        var served = ChatFormats.OfModel(folder.Path, s_small, new DateTime(2024, 7, 26));
        served.Render(messages, addGenerationPrompt: true).ShouldBe(expected);
        served.TokenizePrompt(messages).ShouldBe(trained.TokenizePrompt(messages));

        // Trained on from there, it is there once.
        var again = ChatFormats.Create(options with { ChatTemplate = ChatFormats.Model }, s_small, folder.Path);
        again.Render(messages, addGenerationPrompt: true).ShouldBe(expected);
        again.Tokenize(new Conversation([.. messages, new(ChatRoles.Assistant, "Yo")])).Mask.Contains((byte)1).ShouldBeTrue();
    }

    private static TemplateChatFormat Format(string template, Tokenizer tokenizer, bool insertEmptySystem = false) =>
        new(ChatTemplateSource.Of("t.jinja", template) with { SpecialTokens = BpeTrainer.SpecialTokens }, tokenizer, insertEmptySystem, RenderOptions.Default);

    private static int[] Ids(JsonElement item, string name) => [.. item.GetProperty(name).EnumerateArray().Select(id => id.GetInt32())];
}

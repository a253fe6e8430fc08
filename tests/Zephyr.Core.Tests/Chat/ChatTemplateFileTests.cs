using Zephyr.Core.Chat;
using Zephyr.Core.Chat.Jinja;

namespace Zephyr.Core.Tests.Chat;

public sealed class ChatTemplateFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_configuration_gives_its_template_and_tokens_written_either_way()
    {
        var path = Write("tokenizer_config.json", """{"chat_template": "{{ bos_token }}", "bos_token": "<s>", "eos_token": {"content": "</s>"}, "pad_token": null}""");
        foreach (var place in new[] { path, _folder.Path })
        {
            var source = ChatTemplateFile.Read(place);
            source.Templates.ShouldBe(new Dictionary<string, string> { ["default"] = "{{ bos_token }}" }, ignoreOrder: true);
            source.SpecialTokens.OrderBy(token => token.Key).ShouldBe([new("bos_token", "<s>"), new("eos_token", "</s>")]);
        }
    }

    [Fact]
    public void Of_several_named_templates_the_one_for_tools_is_taken_for_tools()
    {
        var source = ChatTemplateFile.Read(Write("tokenizer_config.json", """{"chat_template": [{"name": "default", "template": "a"}, {"name": "tool_use", "template": "b"}]}"""));
        source.Choose(null, hasTools: false).ShouldBe("default");
        source.Choose(null, hasTools: true).ShouldBe("tool_use");
        source.Choose("default", hasTools: true).ShouldBe("default");
        Should.Throw<ZephyrException>(() => source.Choose("rag", hasTools: false)).Message.ShouldContain("default, tool_use");
    }

    [Fact]
    public void A_template_file_in_a_folder_goes_before_the_configuration_which_still_gives_the_tokens()
    {
        Write("tokenizer_config.json", """{"chat_template": "old", "eos_token": "</s>"}""");
        Write("chat_template.jinja", "new");
        foreach (var place in new[] { _folder.Path, Path.Combine(_folder.Path, "chat_template.jinja") })
        {
            var source = ChatTemplateFile.Read(place);
            (source.Templates["default"], source.SpecialTokens["eos_token"]).ShouldBe(("new", "</s>"));
        }
    }

    [Theory]
    [InlineData("""{"chat_template": """, "this is not JSON")]
    [InlineData("[]", "must hold an object")]
    [InlineData("{}", "there is no 'chat_template'")]
    [InlineData("""{"chat_template": [5]}""", "'name' and 'template'")]
    public void A_damaged_configuration_is_refused(string text, string part) =>
        Should.Throw<ChatTemplateException>(() => ChatTemplateFile.Read(Write("tokenizer_config.json", text))).Message.ShouldContain(part);

    [Fact]
    public void What_is_not_there_is_named()
    {
        Should.Throw<ZephyrException>(() => ChatTemplateFile.Read(_folder.Path)).Message.ShouldContain("chat_template.jinja");
        Should.Throw<ZephyrException>(() => ChatTemplateFile.Read(Path.Combine(_folder.Path, "no.jinja"))).Message.ShouldContain("no.jinja");
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder.Path, name);
        File.WriteAllText(path, text);
        return path;
    }
}

using System.Text.Json;
using Zephyr.Experiments.Commands;

namespace Zephyr.Experiments.Tests.Commands;

public sealed class TemplateCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("zephyr-template-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Every_line_becomes_one_JSON_string_and_its_members_are_variables()
    {
        Write("t.jinja", "{% for m in messages %}{{ m.role }}: {{ m.content }}{{ eos_token }}\n{% endfor %}{{ extra|tojson }}");
        var (code, output, _) = await Run(
            """
            {"messages": [{"role": "user", "content": "a \"b\" é"}], "eos_token": "</s>", "extra": {"x": [1, null]}}

            {"messages": []}
            """.Replace("{\"messages\": []}", "{\"messages\": [], \"extra\": 1}"), "--template", "t.jinja");
        code.ShouldBe(0);
        output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonSerializer.Deserialize<string>(line))
            .ShouldBe(["user: a \"b\" é</s>\n{\"x\": [1, null]}", "1"]);
    }

    [Fact]
    public async Task Tokens_of_a_configuration_are_variables_unless_a_line_has_its_own()
    {
        Write("tokenizer_config.json", """{"chat_template": "{{ bos_token }}{{ add_generation_prompt }}", "bos_token": "<s>"}""");
        var (code, output, _) = await Run("{\"messages\": []}\n{\"bos_token\": \"<b>\", \"add_generation_prompt\": false}", "--template", ".", "--add-generation-prompt");
        (code, output).ShouldBe((0, "\"\\u003Cs\\u003ETrue\"\n\"\\u003Cb\\u003EFalse\"\n".Replace("\\u003C", "<").Replace("\\u003E", ">")));
    }

    [Fact]
    public async Task The_date_can_be_stated()
    {
        Write("t.jinja", "{{ strftime_now('%d %B %Y') }}");
        (await Run("{}", "--template", "t.jinja", "--now", "2025-07-10")).Output.ShouldBe("\"10 July 2025\"\n");
        (await Run("{}", "--template", "t.jinja", "--now", "soon")).Code.ShouldBe(2);
    }

    [Theory]
    [InlineData("[1]", "<stdin>:1:1")]
    [InlineData("{", "<stdin>:1:")]
    [InlineData("{}\n{\"messages\": 5}", "<stdin>:2:1")]
    public async Task A_line_that_cannot_be_rendered_is_named(string input, string place)
    {
        Write("t.jinja", "{% for m in messages %}{% endfor %}");
        var (code, _, error) = await Run(input, "--template", "t.jinja");
        code.ShouldBe(1);
        error.ShouldContain(place);
    }

    [Fact]
    public async Task Usage_faults_and_missing_files_have_their_exit_codes()
    {
        (await Run("")).Code.ShouldBe(2);
        (await Run("", "--template", "none.jinja")).Code.ShouldBe(1);
        (await Run("", "--help")).Code.ShouldBe(0);
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder, name), text);

    private async Task<(int Code, string Output, string Error)> Run(string input, params string[] arguments)
    {
        var (output, error) = (new StringWriter { NewLine = "\n" }, new StringWriter());
        var environment = new CommandEnvironment(_folder, _folder, new StringReader(input), output, error, TimeProvider.System);
        var code = await new ZephyrCommandLine(environment).RunAsync(["template", .. arguments], TestContext.Current.CancellationToken);
        return (code, output.ToString(), error.ToString());
    }
}

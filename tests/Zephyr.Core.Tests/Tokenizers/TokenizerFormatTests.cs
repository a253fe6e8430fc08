using System.Text;
using System.Text.Json.Nodes;
using Zephyr.Core.Tokenizers;
using Zephyr.Core.Tokenizers.Json;

namespace Zephyr.Core.Tests.Tokenizers;

public sealed class TokenizerFormatTests
{
    [Theory]
    [InlineData("$.truncation", """{"max_length": 5}""", "'truncation' is set")]
    [InlineData("$.padding", "{}", "'padding' is set")]
    [InlineData("$.surprise", "1", "'surprise' is not a known part")]
    [InlineData("$.normalizer", """{"type": "Precompiled", "precompiled_charsmap": "AA"}""", "normalizer 'Precompiled' is not supported")]
    [InlineData("$.normalizer", """{"type": "Sequence", "normalizers": [{"type": "NFC"}, {"type": "BertNormalizer"}]}""", "normalizer 'BertNormalizer' is not supported")]
    [InlineData("$.normalizer", """{"type": "NFC", "form": 2}""", "'form' is not a known setting of normalizer 'NFC'")]
    [InlineData("$.normalizer", """{"type": "Replace", "pattern": {"Glob": " "}, "content": "x"}""", "must be {\"String\": text}")]
    [InlineData("$.normalizer", """{"type": "Replace", "pattern": {"Regex": "^x"}, "content": "x"}""", "the anchor '^' at character 1")]
    [InlineData("$.normalizer", """{"prepend": "x"}""", "needs its 'type'")]
    [InlineData("$.pre_tokenizer", """{"type": "UnicodeScripts"}""", "pre-tokenizer 'UnicodeScripts' is not supported")]
    [InlineData("$.pre_tokenizer", """{"type": "Split", "pattern": {"Regex": "\\p{Han}+"}, "behavior": "Isolated"}""", "the property 'Han' at character 1")]
    [InlineData("$.pre_tokenizer", """{"type": "Split", "pattern": {"Regex": "a"}, "behavior": "Sideways"}""", "behavior 'Sideways'")]
    [InlineData("$.pre_tokenizer", """{"type": "Metaspace", "replacement": "ab"}""", "must be one character")]
    [InlineData("$.post_processor", """{"type": "Magic"}""", "post-processor 'Magic' is not supported")]
    [InlineData("$.post_processor", """{"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>"}}], "special_tokens": {"<s>": {"ids": [1]}}}""", "does not hold the text")]
    [InlineData("$.post_processor", """{"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>"}}, {"Sequence": {"id": "A"}}], "special_tokens": {"<s>": {"ids": [999]}}}""", "must be an id of the vocabulary")]
    [InlineData("$.decoder", """{"type": "WordPiece"}""", "decoder 'WordPiece' is not supported")]
    [InlineData("$.model.type", "\"Unigram\"", "model type 'Unigram' is not supported")]
    [InlineData("$.model.dropout", "0.1", "'dropout'")]
    [InlineData("$.model.byte_fallback", "1", "byte_fallback")]
    [InlineData("$.model.end_of_word_suffix", "\"</w>\"", "'end_of_word_suffix' is not supported")]
    [InlineData("$.model.merges", """["a b"]""", "a merge names 'a'")]
    [InlineData("$.model.merges", """["ab"]""", "must be two pieces")]
    [InlineData("$.model.merges", """["<0x0A> <0x0B>"]""", "not in the vocabulary")]
    [InlineData("$.model.vocab", """{"<unk>": 0, "<s>": 1, "</s>": 2}""", "no piece '<0x00>'")]
    [InlineData("$.model.vocab", """{"<unk>": -1}""", "must be a whole number from 0")]
    [InlineData("$.model.unk_token", "\"<none>\"", "'<none>', is not in the vocabulary")]
    [InlineData("$.added_tokens", """[{"id": 7, "content": "<s>"}]""", "has id 7, but the vocabulary gives it id 1")]
    [InlineData("$.added_tokens", """[{"id": 900000, "content": "<x>"}]""", "without gaps")]
    [InlineData("$.added_tokens", """[{"content": "<x>"}]""", "needs an 'id'")]
    public void What_is_not_supported_is_refused_by_name_and_position(string path, string value, string message)
    {
        var exception = Should.Throw<TokenizerFormatException>(() => TokenizerTests.Custom(file =>
        {
            var names = path.Split('.');
            var parent = names.Length == 3 ? (JsonObject)file[names[1]]! : file;
            parent[names[^1]] = JsonNode.Parse(value);
        }));
        exception.Message.ShouldContain(message);
        exception.Message.ShouldStartWith("tokenizer.json:1:");
    }

    [Fact]
    public void The_position_is_that_of_the_fault()
    {
        const string json = "{\n  \"version\": \"1.0\",\n  \"padding\": [1]\n}";
        Should.Throw<TokenizerFormatException>(() => TokenizerJsonReader.Read(Encoding.UTF8.GetBytes(json), "t.json"))
            .Message.ShouldStartWith("t.json:3:14: 'padding' is set");
    }

    [Fact]
    public void Deep_nesting_is_refused()
    {
        var json = "{\"decoder\": " + string.Concat(Enumerable.Repeat("{\"decoders\": [", 5000));
        Should.Throw<TokenizerFormatException>(() => TokenizerJsonReader.Read(Encoding.UTF8.GetBytes(json), "t.json"));
        json = "{\"version\": " + new string('[', 100_000);
        Should.Throw<TokenizerFormatException>(() => TokenizerJsonReader.Read(Encoding.UTF8.GetBytes(json), "t.json"));
    }

    [Fact]
    public void A_merge_that_would_let_plain_text_become_a_special_token_is_refused() =>
        Should.Throw<TokenizerFormatException>(() => TokenizerTests.Custom(file =>
        {
            TokenizerTests.AddPiece(file, "<");
            TokenizerTests.AddPiece(file, "s>");
            file["model"]!["merges"] = new JsonArray("< s>");
        })).Message.ShouldContain("special token");

    [Theory]
    [InlineData("{", "tokenizer_config.json:1:")]
    [InlineData("[]", "must hold an object")]
    [InlineData("{\"bos_token\": 5}", "'bos_token' must be text")]
    [InlineData("{\"eos_token\": \"<end>\"}", "'<end>' is not in the vocabulary")]
    [InlineData("{\"a\": 1, \"a\": 2}", "tokenizer_config.json:1:")]
    public void A_damaged_configuration_is_refused(string configuration, string message)
    {
        var folder = Directory.CreateTempSubdirectory("zephyr-config-").FullName;
        File.WriteAllText(Path.Combine(folder, "tokenizer.json"), TokenizerTests.Smallest().ToJsonString());
        File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"), configuration);
        Should.Throw<TokenizerFormatException>(() => Tokenizer.Load(folder)).Message.ShouldContain(message);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void A_missing_file_is_named() =>
        Should.Throw<ZephyrException>(() => Tokenizer.Load("no-such-folder")).Message.ShouldContain("no-such-folder");
}

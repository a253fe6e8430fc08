using Zephyr.Core.Tokenizers;

namespace Zephyr.Core.Tests.Tokenizers;

public sealed class TokenizerBenchmarkTests
{
    [Fact]
    public void The_tokens_and_bytes_of_a_pass_are_counted()
    {
        var tokenizer = BpeTrainer.Train(BpeTrainerTests.Stories(100), 400);
        var text = string.Concat(BpeTrainerTests.Stories(20_000));
        var speed = TokenizerBenchmark.Run(tokenizer, [text]);
        var rounds = 8_000_000 / text.Length;
        speed.Bytes.ShouldBe((long)text.Length * rounds);
        speed.Tokens.ShouldBeGreaterThan(speed.Bytes / 8);
        TestContext.Current.TestOutputHelper!.WriteLine($"{speed.MegabytesPerSecond:F1} MB/s");
        speed.MegabytesPerSecond.ShouldBeGreaterThan(2, "a tenth of the speed the project promises, on whatever machine");
    }

    [Fact]
    public void Real_English_is_measured_with_the_real_vocabulary()
    {
        var tokenizer = Tokenizer.Load(SharedData.Folder("tokenizers/mistral-7b-v0.1"));
        var speed = TokenizerBenchmark.Run(tokenizer, SharedData.Folder("preferences/alpaca_en_demo.json"));
        TestContext.Current.TestOutputHelper!.WriteLine($"{speed.MegabytesPerSecond:F1} MB/s");
        speed.MegabytesPerSecond.ShouldBeGreaterThan(2, "a tenth of the speed the project promises, on whatever machine");
    }
}

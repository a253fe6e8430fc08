using TorchSharp;
using static TorchSharp.torch;

namespace Zephyr.Torch.Tests.Fused;

public sealed class LossTests
{
    public static TheoryData<int, int, ScalarType> Sizes
    {
        get
        {
            var data = new TheoryData<int, int, ScalarType>();
            foreach (var (tokens, vocab) in (IEnumerable<(int, int)>)[(1, 5), (7, 33), (130, 2048), (1500, 50)])
            {
                data.Add(tokens, vocab, ScalarType.Float32);
                data.Add(tokens, vocab, ScalarType.BFloat16);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Cross_entropy_and_log_probs_equal_their_composed_twins(int tokens, int vocab, ScalarType type)
    {
        foreach (var ignored in (double[])[0, 0.5])
        {
            using var scope = NewDisposeScope();
            using var generator = new Generator(5);
            Tensor[] inputs = [Comparison.Random(generator, type, tokens, 20), Comparison.Random(generator, type, vocab, 20)];
            var labels = randint(0, vocab, [tokens], ScalarType.Int64, generator: generator);
            labels = labels.masked_fill(rand([tokens], generator: generator).lt(ignored), -100);
            Comparison.Check(
                generator,
                inputs,
                x => [Torch.Fused.LinearCrossEntropy(x[0], x[1], labels).Loss],
                x => [Composed.LinearCrossEntropy(x[0], x[1], labels).Loss],
                $"cross-entropy, {ignored} ignored");

            var rows = tokens % 2 == 0 ? 2 : 1;
            var byRow = labels.reshape(rows, tokens / rows);
            Comparison.Check(
                generator,
                inputs,
                x => [Torch.Fused.CompletionLogProbs(x[0].reshape(rows, tokens / rows, 20), x[1], byRow)],
                x => [Composed.CompletionLogProbs(x[0].reshape(rows, tokens / rows, 20), x[1], byRow)],
                $"log-probs, {ignored} ignored");
        }
    }

    [Fact]
    public void Hits_count_labels_that_are_the_largest_logit()
    {
        using var scope = NewDisposeScope();
        // With hidden = identity, token t's logits are row t of weightᵀ: largest at 2, 0, 1.
        var weight = tensor((float[])[0f, 5f, 1f, 1f, 0f, 7f, 3f, 0f, 0f], [3, 3]);
        var (_, hits) = Torch.Fused.LinearCrossEntropy(eye(3), weight, tensor((long[])[2, 0, 0]));
        hits.item<long>().ShouldBe(2);
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void With_every_token_ignored_loss_and_gradients_are_zero(ScalarType type)
    {
        using var scope = NewDisposeScope();
        var hidden = ones([4, 8], type).requires_grad_();
        var weight = ones([6, 8], type).requires_grad_();
        var (loss, hits) = Torch.Fused.LinearCrossEntropy(hidden, weight, full([4], -100, ScalarType.Int64));
        (loss + Torch.Fused.CompletionLogProbs(hidden.view(2, 2, 8), weight, full([2, 2], -100, ScalarType.Int64)).sum()).backward();
        loss.item<float>().ShouldBe(0);
        hits.item<long>().ShouldBe(0);
        hidden.grad!.to_type(ScalarType.Float32).abs().sum().item<float>().ShouldBe(0);
        weight.grad!.to_type(ScalarType.Float32).abs().sum().item<float>().ShouldBe(0);
    }

    [Fact]
    public void Logits_far_apart_give_a_finite_loss()
    {
        using var scope = NewDisposeScope();
        // logits 0 and 1000, label 0: loss = log(1 + e^1000) = 1000.
        var weight = tensor((float[])[0f, 1000f], [2, 1]);
        Torch.Fused.LinearCrossEntropy(ones([1, 1]), weight, tensor((long[])[0])).Loss.item<float>().ShouldBe(1000f);
    }

    [Fact]
    public void NaN_in_the_hidden_states_reaches_the_loss()
    {
        using var scope = NewDisposeScope();
        var loss = Torch.Fused.LinearCrossEntropy(full([1, 16], float.NaN), ones([40, 16]), tensor((long[])[3])).Loss;
        float.IsNaN(loss.item<float>()).ShouldBeTrue();
    }

    private static Tensor eye(long size) => arange(size, ScalarType.Int64).unsqueeze(0).eq(arange(size, ScalarType.Int64).unsqueeze(1)).to_type(ScalarType.Float32);
}

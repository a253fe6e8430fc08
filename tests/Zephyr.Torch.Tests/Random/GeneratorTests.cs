using TorchSharp;
using static TorchSharp.torch;

namespace Zephyr.Torch.Tests.Random;

public sealed class GeneratorTests
{
    [Fact]
    public void Equal_seeds_give_PyTorchs_numbers()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(42);

        // torch.rand(3, generator=torch.Generator().manual_seed(42)) in PyTorch 1.13
        rand([3], generator: generator).data<float>().ToArray().ShouldBe([0.88226926f, 0.91500396f, 0.38286376f]);
        generator.initial_seed().ShouldBe(42);
    }

    [Fact]
    public void A_saved_state_continues_the_stream()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(7);
        _ = randn([5], generator: generator);
        var state = generator.get_state();
        var expected = randn([5], generator: generator).data<float>().ToArray();

        using var other = new Generator(1);
        other.set_state(state);

        randn([5], generator: other).data<float>().ToArray().ShouldBe(expected);
        Should.Throw<TorchException>(() => other.set_state(zeros([3], uint8)));
    }

    [Fact]
    public void Every_random_factory_follows_its_generator()
    {
        using var scope = NewDisposeScope();
        using var first = new Generator(3);
        using var second = new Generator(3);
        foreach (var draw in new Func<Generator, Tensor>[]
        {
            source => randn([4], generator: source),
            source => rand([4], generator: source),
            source => randint(100, [4], generator: source),
            source => randperm(10, generator: source),
            source => ones([10]).multinomial(3, generator: source),
            source => zeros([4]).normal_(1, 2, source),
            source => zeros([4]).uniform_(-1, 1, source),
        })
        {
            draw(first).equal(draw(second)).ShouldBeTrue();
        }
    }

    [Fact]
    public void Multinomial_never_draws_a_zero_weight()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(5);
        multinomial(tensor(new[] { 0f, 1f, 0f }), 20, replacement: true, generator).data<long>().ShouldAllBe(index => index == 1);
    }
}

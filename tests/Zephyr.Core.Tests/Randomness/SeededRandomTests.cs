using Zephyr.Core.Randomness;

namespace Zephyr.Core.Tests.Randomness;

public sealed class SeededRandomTests
{
    [Fact]
    public void The_same_seed_and_stream_give_the_same_numbers()
    {
        var first = new SeededRandom(42, "order");
        var second = new SeededRandom(42, "order");
        for (var i = 0; i < 100; i++)
        {
            first.NextUInt64().ShouldBe(second.NextUInt64());
        }
    }

    // The counter's upper half is SHA-256("order") and its lower half counts blocks; both are fixed for all time,
    // since every experiment's result hangs on them.
    [Fact]
    public void The_first_numbers_of_a_stream_never_change()
    {
        var random = new SeededRandom(42, "order");
        new[] { random.NextUInt64(), random.NextUInt64(), random.NextUInt64() }
            .ShouldBe([11518075774837788315UL, 1796483260821512995UL, 12064977614441529375UL]);
    }

    [Fact]
    public void Other_seeds_and_other_streams_give_other_numbers()
    {
        var value = new SeededRandom(42, "order").NextUInt64();
        new SeededRandom(43, "order").NextUInt64().ShouldNotBe(value);
        new SeededRandom(42, "world").NextUInt64().ShouldNotBe(value);
        new SeededRandom(42 + (1UL << 32), "order").NextUInt64().ShouldNotBe(value);
    }

    [Fact]
    public void Whole_numbers_are_uniform_over_their_range()
    {
        var random = new SeededRandom(1, "test");
        var counts = new int[7];
        for (var i = 0; i < 70_000; i++)
        {
            counts[random.NextInt(7)]++;
        }

        // Standard deviation of a count is sqrt(70000 * 1/7 * 6/7) = 93; five of them bound it.
        counts.ShouldAllBe(count => Math.Abs(count - 10_000) < 465);
    }

    [Fact]
    public void Normal_numbers_have_mean_zero_and_variance_one()
    {
        var random = new SeededRandom(1, "test");
        const int count = 100_000;
        double sum = 0, squares = 0;
        for (var i = 0; i < count; i++)
        {
            var x = random.NextNormal();
            sum += x;
            squares += x * x;
        }

        // Five standard errors: 5/sqrt(n) for the mean, 5*sqrt(2/n) for the variance.
        (sum / count).ShouldBe(0, 0.0158);
        (squares / count).ShouldBe(1, 0.0224);
    }

    [Fact]
    public void A_permutation_holds_every_number_once()
    {
        var order = new SeededRandom(1, "test").Permutation(1000);
        order.Order().ShouldBe(Enumerable.Range(0, 1000));
        order.ShouldNotBe(Enumerable.Range(0, 1000));
    }

    [Fact]
    public void A_range_that_is_not_positive_is_refused() =>
        Should.Throw<ArgumentOutOfRangeException>(() => new SeededRandom(1, "test").NextInt(0));

    [Theory]
    [InlineData(1e-300)]
    [InlineData(0.1)]
    [InlineData(0.999999)]
    [InlineData(1.5)]
    [InlineData(12345.678)]
    public void The_logarithm_is_accurate(double x) => SeededRandom.Log(x).ShouldBe(Math.Log(x), Math.Abs(Math.Log(x)) * 4e-16);
}

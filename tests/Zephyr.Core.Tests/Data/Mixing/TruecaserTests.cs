using Zephyr.Core.Data.Mixing;

namespace Zephyr.Core.Tests.Data.Mixing;

public sealed class TruecaserTests
{
    [Theory]
    [InlineData("Hello. how are you?", "Hello. How are you?")]
    [InlineData("what is it? tell me! now", "What is it? Tell me! Now")]
    [InlineData("\"yes.\" she left. \"no.\" (he stayed.) so it was.", "\"Yes.\" She left. \"No.\" (He stayed.) So it was.")]
    [InlineData("and i think i'm right, i've seen it", "And I think I'm right, I've seen it")]
    [InlineData("one.\n\ntwo\nthree", "One.\n\nTwo\nthree")]
    public void Sentence_starts_and_the_pronoun_get_their_capitals(string text, string mended) => Truecaser.Apply(text).ShouldBe(mended);

    [Theory]
    [InlineData("Fruit, e.g. apples, i.e. what Mr. smith sells at 3 p.m. daily")]
    [InlineData("Well... maybe. 1. eggs\n2. milk")]
    [InlineData("Open it. main.c and x=1 and f(x) and some_name")]
    [InlineData("Buy it. iPhone sales rose")]
    [InlineData("Run it. ```for i in x. print(i)``` `a. b`")]
    [InlineData("Loop. For i in range, i = 3, part i of ii")]
    [InlineData("See https://example.org/a. b.html and a.b")]
    [InlineData("Élan vital. été was warm")]
    [InlineData("")]
    public void What_may_be_no_sentence_stays_the_same_object(string text) => Truecaser.Apply(text).ShouldBeSameAs(text);

    [Fact]
    public void Mended_text_stays_as_it_is()
    {
        var once = Truecaser.Apply("hello. how are you? i am fine. e.g. this. `code. x` and so on.\n\nbye");
        Truecaser.Apply(once).ShouldBeSameAs(once);
    }
}

using System.Text;
using Zephyr.Core;
using Zephyr.Experiments.Terminal;

namespace Zephyr.Experiments.Serving;

/// <summary>The conversation at a terminal, or from redirected input: one line is one question or one command.</summary>
/// <param name="sessions">One conversation for each model.</param>
/// <param name="input">Lines of the user.</param>
/// <param name="output">Where answers go.</param>
/// <param name="interrupt">Ctrl-C.</param>
/// <param name="prompts">Whether a prompt is shown before each line.</param>
/// <param name="width">Columns of the terminal: several models answer side by side in them; 0 for one below the other.</param>
/// <param name="folder">Folder that names of files are taken from.</param>
public sealed class ChatTerminal(
    IReadOnlyList<ChatSession> sessions, TextReader input, TextWriter output, InterruptSignal interrupt, bool prompts, int width, string folder)
{
    private const string Help = """
        /system TEXT  begin anew with this system message (none without TEXT)
        /reset        begin anew
        /save FILE    write the conversation as JSON
        /help         this
        /exit         leave (or Ctrl-D)
        Ctrl-C stops an answer.
        """;

    /// <summary>Talks until the input ends or the user leaves.</summary>
    /// <param name="cancellationToken">Ends the program.</param>
    /// <exception cref="OperationCanceledException">The program was ended.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (prompts)
            {
                await output.WriteAsync("> ");
                await output.FlushAsync(cancellationToken);
            }

            // A read of the console does not heed cancellation.
            var line = await input.ReadLineAsync(CancellationToken.None).AsTask().WaitAsync(cancellationToken);
            if (line is null || line.Trim() is "/exit" or "/quit" or "/bye")
            {
                return;
            }

            if (line.StartsWith('/'))
            {
                await CommandAsync(line);
            }
            else if (line.Trim().Length > 0)
            {
                await AnswerAsync(line, cancellationToken);
            }
        }
    }

    private async Task CommandAsync(string line)
    {
        var parts = line.Split(' ', 2, StringSplitOptions.TrimEntries);
        var rest = parts.Length > 1 ? parts[1] : "";
        switch (parts[0])
        {
            case "/reset":
                Each(static session => session.Reset());
                await output.WriteLineAsync("(forgotten)");
                break;
            case "/system":
                Each(session => session.Instruct(rest));
                await output.WriteLineAsync(rest.Length == 0 ? "(no system message)" : "(system message set)");
                break;
            case "/save":
                await SaveAsync(rest);
                break;
            case "/help":
                await output.WriteLineAsync(Help);
                break;
            default:
                await output.WriteLineAsync($"There is no command {parts[0]}. Try /help.");
                break;
        }
    }

    private void Each(Action<ChatSession> action)
    {
        foreach (var session in sessions)
        {
            action(session);
        }
    }

    private async Task SaveAsync(string name)
    {
        if (name.Length == 0)
        {
            await output.WriteLineAsync("Name a file: /save FILE");
            return;
        }

        var path = Path.GetFullPath(name, folder);
        try
        {
            var text = sessions.Count == 1 ? sessions[0].ToJson() : $"[{string.Join(",\n", sessions.Select(static session => session.ToJson()))}]";
            await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
            await file.WriteAsync(Encoding.UTF8.GetBytes(text + "\n"));
            await output.WriteLineAsync($"(saved to {path})");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            await output.WriteLineAsync($"Not saved: {failure.Message}");
        }
    }

    private async Task AnswerAsync(string question, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var taken = interrupt.Take(stop.Cancel);
        if (sessions.Count == 1)
        {
            await output.WriteLineAsync(await TextAsync(sessions[0], question, Show, stop.Token));
        }
        else
        {
            var answers = await Task.WhenAll(sessions.Select(session => TextAsync(session, question, static _ => { }, stop.Token, whole: true)));
            await output.WriteAsync(SideBySide.Layout([.. sessions.Select(static session => session.Name)], answers, width));
        }

        cancellationToken.ThrowIfCancellationRequested();

        void Show(string piece)
        {
            output.Write(piece);
            output.Flush();
        }
    }

    // What is still to be shown: all of it, or what comes after the pieces.
    private static async Task<string> TextAsync(ChatSession session, string question, Action<string> piece, CancellationToken stop, bool whole = false)
    {
        try
        {
            var (text, stopped) = await session.AskAsync(question, piece, stop);
            return (whole ? text : "") + (stopped ? " (stopped)" : "");
        }
        catch (ZephyrException failure)
        {
            return $"({failure.Message} Or begin anew with /reset.)";
        }
    }
}

namespace Zephyr.Core.Chat;

/// <summary>Chat templates in Jinja, as tokenizer_config.json holds them for other tools.</summary>
public static class ChatTemplates
{
    /// <summary>The template of the Zephyr models, character for character (HuggingFaceH4/zephyr-7b-beta).</summary>
    public const string Zephyr =
        "{% for message in messages %}\n"
        + "{% if message['role'] == 'user' %}\n"
        + "{{ '<|user|>\n' + message['content'] + eos_token }}\n"
        + "{% elif message['role'] == 'system' %}\n"
        + "{{ '<|system|>\n' + message['content'] + eos_token }}\n"
        + "{% elif message['role'] == 'assistant' %}\n"
        + "{{ '<|assistant|>\n'  + message['content'] + eos_token }}\n"
        + "{% endif %}\n"
        + "{% if loop.last and add_generation_prompt %}\n"
        + "{{ '<|assistant|>' }}\n"
        + "{% endif %}\n"
        + "{% endfor %}";
}

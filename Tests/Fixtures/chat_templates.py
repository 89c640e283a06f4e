"""Writes chat-templates.json: templates in the manner of each family, and what the engine Jinja2 makes of them.

    pip install jinja2
    python3 chat_templates.py chat-templates.json

The templates are written for this fixture; they have the marks, default prompts and rules of the published ones.
"""

import json
import sys

from jinja2.sandbox import ImmutableSandboxedEnvironment

MESSAGE = "{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}"
OPEN = "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
TOOLS = """{%- if tools %}
    {{- '<|im_start|>system\\nThis describes the tools you have.' + tools | tojson + '<|im_end|>\\n' }}
{%- endif %}
"""


def chatml(system):
    """With a system prompt for conversations that have none."""
    return ("{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}"
            "{{ '<|im_start|>system\\n" + system + "<|im_end|>\\n' }}{% endif %}" + MESSAGE + "{% endfor %}" + OPEN)


LLAMA = """{%- for message in messages %}
    {%- set content = '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n' + message['content'] | trim
        + '<|eot_id|>' %}
    {%- if loop.first %}{% set content = bos_token + content %}{% endif %}
    {{- content }}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}
{%- endif %}"""

DEEPSEEK = """{%- if not add_generation_prompt is defined %}{% set add_generation_prompt = false %}{% endif %}
{%- set ns = namespace(system_prompt='') %}
{%- for message in messages %}
    {%- if message['role'] == 'system' %}{% set ns.system_prompt = message['content'] %}{% endif %}
{%- endfor %}
{{- bos_token + ns.system_prompt }}
{%- for message in messages %}
    {%- if message['role'] == 'user' %}{{- '<｜User｜>' + message['content'] }}{% endif %}
    {%- if message['role'] == 'assistant' %}
        {%- set content = message['content'] %}
        {%- if '</think>' in content %}{% set content = content.split('</think>')[-1] %}{% endif %}
        {{- '<｜Assistant｜>' + content + '<｜end▁of▁sentence｜>' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<｜Assistant｜>OPENING' }}{% endif %}"""

GEMMA = """{{- bos_token }}
{%- if messages[0]['role'] == 'system' %}
    {%- set prefix = messages[0]['content'] + '\\n\\n' %}{% set rest = messages[1:] %}
{%- else %}{% set prefix = '' %}{% set rest = messages %}{% endif %}
{%- for message in rest %}
    {%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}
        {{- raise_exception('Questions and answers must take turns') }}
    {%- endif %}
    {%- set role = 'model' if message['role'] == 'assistant' else message['role'] %}
    {{- '<start_of_turn>' + role + '\\n' + (prefix if loop.first else '') + message['content'] | trim
        + '<end_of_turn>\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<start_of_turn>model\\n' }}{% endif %}"""

LLAMA31 = """{{- bos_token }}
{#- The dates come first, whoever asks. -#}
{%- if not date_string is defined %}{% set date_string = '26 Jul 2024' %}{% endif %}
{%- if messages[0]['role'] == 'system' %}
    {%- set system_message = messages[0]['content'] | trim %}{% set rest = messages[1:] %}
{%- else %}{% set system_message = '' %}{% set rest = messages %}{% endif %}
{{- '<|start_header_id|>system<|end_header_id|>\\n\\n' }}
{%- if tools is not none and tools is defined %}{{- 'Answer with a call of one function.' }}{% endif %}
{{- 'Cutting Knowledge Date: December 2023\\n' + 'Today Date: ' + date_string + '\\n\\n' }}
{{- system_message + '<|eot_id|>' }}
{%- for message in rest %}
    {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n' }}
    {{- message['content'] | trim + '<|eot_id|>' }}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}{% endif %}"""

QWEN3 = TOOLS + """{%- set ns = namespace(last_query_index=messages | length - 1) %}
{%- for message in messages %}
    {%- if message.role == 'user' %}{% set ns.last_query_index = loop.index0 %}{% endif %}
{%- endfor %}
{%- for message in messages %}
    {%- set content = message.content %}{% set reasoning = '' %}
    {%- if message.role == 'assistant' and '</think>' in content %}
        {%- set reasoning = content.split('</think>')[0].split('<think>')[-1].strip('\\n') %}
        {%- set content = content.split('</think>')[-1].lstrip('\\n') %}
    {%- endif %}
    {%- if message.role == 'assistant' and loop.index0 > ns.last_query_index and (loop.last or reasoning) %}
        {%- set content = '<think>\\n' + reasoning + '\\n</think>\\n\\n' + content.lstrip('\\n') %}
    {%- endif %}
    {{- '<|im_start|>' + message.role + '\\n' + content + '<|im_end|>\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
    {%- if enable_thinking is defined and enable_thinking is false %}{{- '<think>\\n\\n</think>\\n\\n' }}{% endif %}
{%- endif %}"""

QWQ = """{%- for message in messages %}
    {%- set content = message.content %}
    {%- if message.role == 'assistant' %}{% set content = content.split('</think>')[-1].lstrip('\\n') %}{% endif %}
    {{- '<|im_start|>' + message.role + '\\n' + content + '<|im_end|>\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n<think>\\n' }}{% endif %}"""

NAMED = """{%- if messages[0]['role'] == 'system' %}
    {%- set system_message = messages[0]['content'] %}{% set rest = messages[1:] %}
{%- else %}{% set system_message = 'Answer like a \\'careful\\' clerk.' %}{% set rest = messages %}{% endif %}
{{- '<|im_start|>system\\n' + system_message + '<|im_end|>\\n' }}
{%- for message in rest %}""" + "{{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}" + """
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{% endif %}"""

LLAMA_WITH_SYSTEM = """{{- bos_token }}
{%- if messages[0]['role'] != 'system' %}
    {{- '<|start_header_id|>system<|end_header_id|>\\n\\nYou serve the harbour master.<|eot_id|>' }}
{%- endif %}
""" + LLAMA.replace("bos_token + ", "")

QWEN = "You are Qwen, created by Alibaba Cloud. You are a helpful assistant."
TEMPLATES = {
    "chatml": "{% for message in messages %}" + MESSAGE + "{% endfor %}" + OPEN,
    "qwen": TOOLS + chatml(QWEN),
    "qwen2": chatml("You are a helpful assistant."),
    "qwen-math": TOOLS + chatml("Please reason step by step, and put your final answer within \\\\boxed{}."),
    "smollm": chatml("You are a helpful AI assistant named SmolLM, trained by Hugging Face").replace("\\n", "\n"),
    "qwen3": QWEN3,
    "qwq": QWQ,
    "llama3": LLAMA,
    "llama3.1": LLAMA31,
    "gemma": GEMMA,
    "deepseek": DEEPSEEK.replace("OPENING", ""),
    "deepseek-r1": DEEPSEEK.replace("OPENING", "<think>\\n"),
    # Not of a name: what is in the text counts.
    "system prompt of its own": chatml("You are a pirate.\\nSpeak like one."),
    "system prompt by name": NAMED,
    "system prompt in Chinese": chatml("你是一个乐于助人的助手。"),
    "llama3 with a system prompt": LLAMA_WITH_SYSTEM,
}

SYSTEM = {"role": "system", "content": " Be brief. "}
QUESTION = {"role": "user", "content": " What is 2+2?\n"}
ANSWER = {"role": "assistant", "content": "<think>\nTwo and two.\n</think>\n\nFour."}
CONVERSATIONS = [
    [QUESTION],
    [SYSTEM, QUESTION],
    [QUESTION, ANSWER, {"role": "user", "content": "Why? <3"}],
    [SYSTEM, QUESTION, {"role": "assistant", "content": "\nIt's \\boxed{4}."}, QUESTION, ANSWER, QUESTION],
    [QUESTION, ANSWER],
    [QUESTION, {"role": "assistant", "content": "Four."}],
]


def refuse(message):
    raise ValueError(message)


def main():
    environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
    environment.globals["raise_exception"] = refuse
    begin = {"gemma": "<bos>", "deepseek": "<｜begin▁of▁sentence｜>", "deepseek-r1": "<｜begin▁of▁sentence｜>"}
    templates = []
    for name, text in TEMPLATES.items():
        template = environment.from_string(text)
        rendered = [[
            template.render(
                messages=messages, add_generation_prompt=opens, bos_token=begin.get(name, "<|begin_of_text|>"))
            for opens in (True, False)] for messages in CONVERSATIONS]
        templates.append({"name": name, "text": text, "rendered": rendered})
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        json.dump({"conversations": CONVERSATIONS, "templates": templates}, file, ensure_ascii=False, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()

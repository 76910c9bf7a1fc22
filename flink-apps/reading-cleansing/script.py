"""A script of Flink SQL: its placeholders, its statements and the order in which they are executed."""
import json
import re

MOST_PARTS = 50  # keys that a property group can have
EXPRESSIONS = "Rules"  # the group whose properties are SQL; all others are values
PLACEHOLDER = re.compile(r"\$\{([^}]*)\}")
# What may stand where: a text, an identifier, a comment, the end of a statement.
TOKEN = re.compile(r"'(?:[^']|'')*'|`(?:[^`]|``)*`|--[^\n]*|/\*.*?\*/|;", re.DOTALL)
SETTING = re.compile(r"SET\s+'((?:[^']|'')*)'\s*=\s*'((?:[^']|'')*)'", re.IGNORECASE)
STATEMENT_SET = re.compile(r"(?:EXECUTE\s+STATEMENT\s+SET\s+BEGIN|BEGIN\s+STATEMENT\s+SET)\b\s*", re.IGNORECASE)


def read_properties(file):
    """Property groups by name, from the list that the service writes."""
    with open(file, encoding="utf-8") as properties:
        return {group["PropertyGroupId"]: group["PropertyMap"] for group in json.load(properties)}


def resolve(sql, properties):
    """The script with ${Group.key} replaced; a long property may come in the parts key.0, key.1, ..."""
    def value(placeholder):
        name = placeholder.group(1)
        group, _, key = name.partition(".")
        known = properties.get(group, {})
        found = known.get(key)
        if found is None:
            parts = [known.get(f"{key}.{part}") for part in range(MOST_PARTS)]
            found = "".join(part for part in parts if part is not None) if parts[0] is not None else None
        if found is None:
            raise KeyError(f"{name}: expected in the application's properties, got groups {sorted(properties)}")
        return found if group == EXPRESSIONS else found.replace("'", "''")

    return PLACEHOLDER.sub(value, sql)


def split(sql):
    """The statements, without comments."""
    statements, text, at = [], "", 0
    for token in TOKEN.finditer(sql):
        text += sql[at:token.start()]
        at = token.end()
        if token.group() == ";":
            statements.append(text.strip())
            text = ""
        elif not token.group().startswith(("--", "/*")):
            text += token.group()
    if (text + sql[at:]).strip():
        raise ValueError(f"expected a ; at the end, got: {(text + sql[at:]).strip()[:80]}")
    return [statement for statement in statements if statement]


class Plan:
    """Settings come first, then what is defined, and all inserts run as one job."""

    def __init__(self, sql):
        self.settings, self.definitions, self.inserts = {}, [], []
        for statement in split(sql):
            statement = STATEMENT_SET.sub("", statement, count=1)
            if not statement:
                continue
            setting = SETTING.fullmatch(statement)
            if setting:
                if self.definitions:
                    raise ValueError(f"expected settings before the first definition, got: {statement[:80]}")
                self.settings[setting.group(1)] = setting.group(2).replace("''", "'")
            elif statement.upper().startswith("CREATE "):
                self.definitions.append(statement)
            elif statement.upper().startswith("INSERT "):
                self.inserts.append(statement)
            elif statement.upper() != "END":
                raise ValueError(f"expected SET, CREATE, INSERT or a statement set, got: {statement[:80]}")
        if not self.inserts:
            raise ValueError("expected at least one INSERT, got none")


CONNECTOR = re.compile(r"'connector'\s*=\s*'kinesis'", re.IGNORECASE)
TABLE = re.compile(r"CREATE\s+(?:TEMPORARY\s+)?TABLE\s+(\w+)", re.IGNORECASE)
TARGET = re.compile(r"INSERT\s+INTO\s+(\w+)", re.IGNORECASE)


def at_endpoint(plan, url):
    """The definitions with streams at another endpoint, one that need not speak HTTP/2."""
    sinks = {TARGET.match(insert).group(1) for insert in plan.inserts}

    def moved(definition):
        table = TABLE.match(definition)
        options = f"'aws.endpoint' = '{url}', 'connector' = 'kinesis'"
        if table and table.group(1) in sinks:
            options += ", 'sink.http-client.protocol.version' = 'HTTP1_1'"
        return CONNECTOR.sub(lambda _: options, definition)

    return [moved(definition) for definition in plan.definitions]

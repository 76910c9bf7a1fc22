// Reads a Flink SQL script from standard input; prints what the parser finds wrong with it and which tables it names.
import { FlinkSQL } from 'dt-sql-parser';
import { readFileSync } from 'node:fs';

const parser = new FlinkSQL();
const sql = readFileSync(0, 'utf8');
const statements = parser.splitSQLByStatement(sql) ?? [];
console.log(JSON.stringify({
  errors: parser.validate(sql).map(({ startLine, startColumn, message }) => `${startLine}:${startColumn} ${message}`),
  statements: statements.map(({ text }) => text),
  entities: (parser.getAllEntities(sql) ?? []).map(({ entityContextType, text }) => ({ kind: entityContextType, name: text })),
}));

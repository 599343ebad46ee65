// SPDX-License-Identifier: Apache-2.0
// The description of the HTTP API (OpenAPI) as Markdown, so that the site has it as a page.

const named = (ref) => ref.split('/').at(-1);

/** What a value looks like, in a few words. */
const shape = (schema) => {
  if (!schema) {
    return '';
  }
  if (schema.$ref) {
    return `[${named(schema.$ref)}](#${named(schema.$ref).toLowerCase()})`;
  }
  const several = schema.oneOf ?? schema.anyOf ?? schema.allOf;
  if (several) {
    return several.map(shape).join(schema.allOf ? ' and ' : ' or ');
  }
  if (schema.enum) {
    return schema.enum.map((each) => `\`${each}\``).join(', ');
  }
  if (schema.type === 'array') {
    return `list of ${shape(schema.items) || 'anything'}`;
  }
  const bounds = [schema.minimum ?? schema.minLength, schema.maximum ?? schema.maxLength];
  const type = [schema.type ?? 'anything'].flat().join(' or ');
  return bounds[1] === undefined ? type : `${type}, ${bounds[0] ?? 0} to ${bounds[1]}${schema.maxLength ? ' characters' : ''}`;
};

const cell = (text) => (text ?? '').replaceAll('|', '\\|').replaceAll('\n', ' ');

const table = (head, rows) =>
  rows.length === 0 ? '' : [`| ${head.join(' | ')} |`, `|${'---|'.repeat(head.length)}`, ...rows.map((row) => `| ${row.map(cell).join(' | ')} |`), ''].join('\n');

const fields = (schema) =>
  Object.entries(schema.properties ?? {}).map(([name, each]) => [`\`${name}\`${schema.required?.includes(name) ? '' : ' (optional)'}`, shape(each), each.description]);

const operation = (path, method, it, api) => {
  const resolve = (each) => (each.$ref ? api.components[each.$ref.split('/')[2]][named(each.$ref)] : each);
  const body = Object.values(it.requestBody?.content ?? {}).map((each) => shape(each.schema));
  const answers = Object.entries(it.responses).map(([status, each]) => {
    const {description, content} = resolve(each);
    return [status, description, Object.entries(content ?? {}).map(([type, {schema}]) => `${type}: ${shape(schema)}`).join('; ')];
  });
  return [
    `## ${method.toUpperCase()} ${path}`,
    `${it.summary}. ${it.description ?? ''}`,
    table(['in the query', 'is', ''], (it.parameters ?? []).map(resolve).map((each) => [`\`${each.name}\`${each.required ? '' : ' (optional)'}`, shape(each.schema), each.description])),
    body.length > 0 ? `The body is ${body.join(' or ')}.\n` : '',
    table(['answer', '', 'with'], answers),
  ].join('\n\n');
};

export const reference = (api) =>
  [
    ...Object.entries(api.paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, it]) => operation(path, method, it, api))),
    '# What the bodies hold',
    ...Object.entries(api.components.schemas).map(([name, schema]) => `## ${name}\n\n${schema.description ?? ''}\n\n${table(['field', 'is', ''], fields(schema)) || shape({...schema, $ref: undefined})}`),
  ].join('\n\n');

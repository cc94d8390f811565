import { ParseOption, XmlDocument, XmlLibError, XsdValidator } from 'libxml2-wasm';
import { PRICING_SCHEMA } from './pricing-schema.ts';

/** What libxml2 has against a document: a path such as `/pricingModel/pricingExpression`, or a place where it is not even XML. */
export interface SchemaFault {
  readonly message: string;
  readonly path: string | null;
  readonly line: number;
  readonly column: number;
}

const NEVER_LOADS = ParseOption.XML_PARSE_NO_XXE | ParseOption.XML_PARSE_NONET | ParseOption.XML_PARSE_BIG_LINES;

let validator: XsdValidator | null = null;

/**
 * Parses and judges well-formed XML with libxml2 and the schema: a second reader, which shares no code with ours. It is given only
 * what ours has accepted, so it sees neither DOCTYPE nor entities, and nothing beyond the limits.
 */
export function schemaFaults(xml: string): readonly SchemaFault[] {
  validator ??= loadValidator();
  let document: XmlDocument | null = null;
  try {
    document = XmlDocument.fromString(xml, { option: NEVER_LOADS });
    validator.validate(document);
    return [];
  } catch (error) {
    return faultsOf(error);
  } finally {
    document?.dispose();
  }
}

function loadValidator(): XsdValidator {
  const schema = XmlDocument.fromString(PRICING_SCHEMA);
  try {
    return XsdValidator.fromDoc(schema);
  } finally {
    schema.dispose();
  }
}

function faultsOf(error: unknown): readonly SchemaFault[] {
  const details = error instanceof XmlLibError ? error.details : [];
  if (details.length === 0) {
    return [{ message: `libxml2 refuses the document: ${error instanceof Error ? error.message : String(error)}`, path: null, line: 1, column: 1 }];
  }
  return details.map((detail) => ({
    message: detail.message.trim(),
    path: detail.xpath ?? null,
    line: Math.max(1, detail.line),
    column: Math.max(1, detail.col),
  }));
}

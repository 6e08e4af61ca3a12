/** A value that has an XML form. Undefined members are left out. */
export type XmlValue =
  | string
  | number
  | undefined
  | readonly XmlValue[]
  | { readonly [name: string]: XmlValue };

/** The content of an element: members as elements of their names, items as elements `itemName`. */
export function xml(value: XmlValue, itemName = "item"): string {
  if (value === undefined) return "";
  if (typeof value !== "object") return escape(String(value));
  const entries = isList(value)
    ? value.map((item): [string, XmlValue] => [itemName, item])
    : Object.entries(value);
  return entries.filter(([, inner]) => inner !== undefined)
    .map(([name, inner]) => `<${name}>${xml(inner, itemName)}</${name}>`).join("");
}

function isList(value: XmlValue): value is readonly XmlValue[] {
  return Array.isArray(value);
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

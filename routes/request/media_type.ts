const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const QUOTED = `"(?:[^"\\\\]|\\\\.)*"`;
// Every blank can be matched in one place only: no header makes it try again and again.
const PARAMETERS = `[ \\t]*(?:;[ \\t]*(?:${TOKEN}=(?:${TOKEN}|${QUOTED})[ \\t]*)?)*`;
const JSON_TYPE = new RegExp(`^application/(?:[\\w.-]+\\+)?json${PARAMETERS}$`, "i");

/**
 * Whether a Content-Type says that the body is JSON, however it is spelled (RFC 9110, sections 8.3.1 and
 * 5.6.6): in any letter case, with blanks around the semicolons, with any parameters or none.
 */
export const isJsonType = (contentType: string): boolean => JSON_TYPE.test(contentType);

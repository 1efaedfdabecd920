/** Postgres' DataRow messages (its manual, "Message Formats"), taken apart and put together. */

/** A record's fields as the server sends them; null for NULL. */
export type Fields = (Uint8Array | null)[];

/** The records in some messages that lie end to end. */
export function fieldsOf(messages: Uint8Array): Fields[] {
  const view = new DataView(messages.buffer, messages.byteOffset, messages.byteLength);
  const records: Fields[] = [];
  for (let at = 0; at < messages.length;) {
    const end = at + 1 + view.getUint32(at + 1);
    const fields: Fields = [];
    for (at += 7; at < end;) {
      const length = view.getInt32(at);
      at += 4;
      fields.push(length < 0 ? null : messages.slice(at, at + length));
      at += Math.max(0, length);
    }
    records.push(fields);
  }
  return records;
}

/** Records as messages, end to end. */
export function messagesOf(records: Fields[]): Uint8Array {
  const sizes = records.map((fields) => 7 + fields.reduce((sum, field) => sum + 4 + (field?.length ?? 0), 0));
  const messages = new Uint8Array(sizes.reduce((sum, size) => sum + size, 0));
  const view = new DataView(messages.buffer);
  let at = 0;
  records.forEach((fields, i) => {
    view.setUint8(at, "D".charCodeAt(0));
    view.setUint32(at + 1, sizes[i]! - 1);
    view.setUint16(at + 5, fields.length);
    at += 7;
    for (const field of fields) {
      view.setInt32(at, field?.length ?? -1);
      at += 4;
      if (field) messages.set(field, at);
      at += field?.length ?? 0;
    }
  });
  return messages;
}

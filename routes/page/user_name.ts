/**
 * A user's name as people read it: of somebody whom an issuer vouches for (`<issuer>#<subject>`) the subject,
 * and the issuer's host.
 */
export function userName(name: string): string {
  const [, issuer, subject] = /^(https?:\/\/[^#\s]+)#(.+)$/s.exec(name) ?? [];
  return issuer !== undefined && URL.canParse(issuer) ? `${subject} (${new URL(issuer).host})` : name;
}

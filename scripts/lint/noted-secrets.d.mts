/** Whether a text is a secret by its shape, or by the name it is given. */
export function looksSecret(text: string, name: string): boolean;

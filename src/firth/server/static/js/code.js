// Lines of code that readers may copy: what a word or a file is called must never be taken for a command.

/** A text as one argument of a shell. */
export const shell = (text) => (/^[\w./@%+=:,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

/** A text, a number or a list of them, as Python writes it: JSON's strings are Python's, too. */
export const python = (value) => (Array.isArray(value) ? `[${value.map(python).join(", ")}]` : JSON.stringify(value));

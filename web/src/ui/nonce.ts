/** What the server allows this page's styles by; it is another one for each load. */
export const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce;

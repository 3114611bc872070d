/** Lets this browser keep the application, so that it opens without a network. */
export function keepApplication(): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  const register = () => {
    // Without it everything works as before: a browser may forbid it, and the server may be of another version.
    navigator.serviceWorker.register('/sw.js').catch(() => {});
  };
  // What the first page needs comes first.
  if (document.readyState === 'complete') register();
  else addEventListener('load', register, { once: true });
}

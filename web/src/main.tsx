import './ui/base.css';
import { createRoot } from 'react-dom/client';
import { App } from './app/App';
import { Problem, Unreachable } from './definition/problem';
import { keepApplication } from './app/worker';
import { prepareTexts } from './texts';
import { applyAppearance } from './ui/appearance';

applyAppearance();
keepApplication();
const root = document.getElementById('root');
if (root === null) throw new Error('the page has no #root');
void prepareTexts().then(() => {
  // What is shown to people in its place is no news for the console; a defect is.
  const onCaughtError = (error: unknown) => {
    if (!(error instanceof Problem || error instanceof Unreachable)) console.error(error);
  };
  createRoot(root, { onCaughtError }).render(<App />);
});

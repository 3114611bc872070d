import { useEffect, useRef, useState } from 'react';
import { usePhone } from '../../ui/appearance';
import { Guide } from './Guide';
import { stopsFor } from './stops';
import { elementsOf } from './useSight';
import { useSituation } from './useSituation';
import type { Touring } from './useTour';

interface Props {
  touring: Touring;
  /** Opens or closes the menu, which is out of sight on a phone. */
  onMenu: (open: boolean) => void;
}

/** A tour of what surrounds the pages: begun when the start page stands, and nobody has begun with something there. */
export default function Tour({ touring, onMenu }: Props) {
  const { asked, begin, end } = touring;
  const situation = useSituation();
  const phone = usePhone();
  const [begun, setBegun] = useState(false);
  const tried = useRef(false);
  const known = situation !== undefined;
  const waitsFor = situation?.list === undefined ? 'account' : 'list';
  useEffect(() => {
    if (!known || begun) return;
    const attempt = () => {
      if (tried.current || elementsOf(waitsFor).length === 0) return;
      tried.current = true;
      if (!asked && isBusy()) end();
      else void begin().then(setBegun);
    };
    attempt();
    const changes = new MutationObserver(attempt);
    changes.observe(document.body, { childList: true, subtree: true });
    return () => changes.disconnect();
  }, [known, waitsFor, begun, asked, begin, end]);
  if (!begun || situation === undefined) return null;
  return <Guide stops={stopsFor(situation)} phone={phone} onMenu={onMenu} onEnd={end} />;
}

/** Somebody writes, or has opened something. */
function isBusy(): boolean {
  const open = document.querySelector('dialog[open], [role=dialog], [popover]:popover-open');
  return open !== null || document.activeElement?.closest('input, textarea, select, [contenteditable]') != null;
}

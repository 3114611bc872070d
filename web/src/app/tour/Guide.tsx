import { type KeyboardEvent, useEffect, useId, useLayoutEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { X } from 'lucide-react';
import { middle, place } from './place';
import type { Stop } from './stops';
import { useSight } from './useSight';
import styles from './Guide.module.css';

interface Props {
  stops: Stop[];
  phone: boolean;
  onMenu: (open: boolean) => void;
  onEnd: () => void;
}

/** Goes from stop to stop: what a stop is about stands in the light, with words beside it, on a phone below it. */
export function Guide({ stops, phone, onMenu, onEnd }: Props) {
  const { t } = useTranslation();
  const [title, text] = [useId(), useId()];
  const dialog = useRef<HTMLDialogElement>(null);
  const card = useRef<HTMLDivElement>(null);
  const forth = useRef<HTMLButtonElement>(null);
  const [reached, setReached] = useState(0);
  const at = Math.min(reached, stops.length - 1);
  const stop = stops[at] as Stop;
  const box = useSight(stop.at);
  const size = useSize(card, stop);
  const menu = phone && stop.inMenu === true;
  useEffect(() => {
    onMenu(menu);
    return () => onMenu(false);
  }, [menu, onMenu]);
  // Over everything, and nothing behind it can be reached meanwhile.
  useLayoutEffect(() => {
    dialog.current?.showModal();
    forth.current?.focus();
  }, []);
  const leave = () => dialog.current?.close();
  const last = at === stops.length - 1;
  // The button that leads back is gone at the first stop, and the one that skips the rest at the last.
  const go = (to: number) => {
    if (to === 0 || to === stops.length - 1) forth.current?.focus();
    setReached(to);
  };
  const next = () => (last ? leave() : go(at + 1));
  const back = () => {
    if (at > 0) go(at - 1);
  };
  const press = (event: KeyboardEvent) => {
    if (event.key === 'ArrowRight' && !last) next();
    else if (event.key === 'ArrowLeft') back();
    else return;
    event.preventDefault();
  };
  const screen = { width: innerWidth, height: innerHeight };
  const where =
    box === undefined ? { side: 'over' as const, arrow: 0, ...middle(size, screen) } : place(box, size, screen);
  return (
    <dialog
      ref={dialog}
      className={styles.tour}
      aria-labelledby={title}
      aria-describedby={text}
      onClose={onEnd}
      onKeyDown={press}
    >
      <div className={styles.light} data-on={box !== undefined || undefined} style={box ?? screen} />
      <div
        ref={card}
        className={styles.card}
        data-side={where.side}
        style={phone ? {} : { left: where.left, top: where.top }}
      >
        {!phone && where.side !== 'over' && (
          <i className={styles.arrow} style={isAcross(where.side) ? { left: where.arrow } : { top: where.arrow }} />
        )}
        <div aria-live="polite">
          <p className={styles.step}>{t('tour.step', { at: at + 1, of: stops.length })}</p>
          <h2 id={title}>{t(stop.title.key, stop.title.values)}</h2>
          <div id={text} className={styles.text}>
            {stop.texts.map(({ key, values }) => (
              <p key={key}>{t(key, values)}</p>
            ))}
          </div>
        </div>
        <div className={styles.foot}>
          {!last && (
            <button className={styles.plain} onClick={leave}>
              {t('tour.skip')}
            </button>
          )}
          <span className={styles.space} />
          {at > 0 && (
            <button className={styles.other} onClick={back}>
              {t('tour.back')}
            </button>
          )}
          <button ref={forth} className={styles.main} onClick={next}>
            {t(last ? 'tour.done' : 'tour.next')}
          </button>
        </div>
        <button className={styles.close} aria-label={t('tour.leave')} onClick={leave}>
          <X size={16} aria-hidden />
        </button>
      </div>
    </dialog>
  );
}

function isAcross(side: string): boolean {
  return side === 'below' || side === 'above';
}

/** How large the card is with the words of a stop. */
function useSize(card: { current: HTMLElement | null }, stop: Stop): { width: number; height: number } {
  const [size, setSize] = useState({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const measure = () => {
      const { offsetWidth: width, offsetHeight: height } = card.current ?? { offsetWidth: 0, offsetHeight: 0 };
      setSize((before) => (before.width === width && before.height === height ? before : { width, height }));
    };
    measure();
    const changes = new ResizeObserver(measure);
    if (card.current) changes.observe(card.current);
    return () => changes.disconnect();
  }, [card, stop.at]);
  return size;
}

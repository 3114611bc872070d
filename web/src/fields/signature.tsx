import Button from 'antd/es/button';
import { type PointerEvent, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FieldKind, InputProps } from './field';
import styles from './fields.module.css';
import { image, stored, useUpload } from './file';

const WIDTH = 480;
const HEIGHT = 160;

/** A name written by hand: a small picture of it is kept. */
function SignatureInput({ field, id, value, onChange, label, disabled, at }: InputProps) {
  const { t } = useTranslation();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [writing, setWriting] = useState(false);
  const [drawn, setDrawn] = useState(false);
  // What was only just written is not where the record keeps it yet.
  const [preview, setPreview] = useState<string | null>(null);
  const kept = stored(value);
  const [again, setAgain] = useState(kept === null);
  // What could not be sent stays to be sent once more.
  const { share, error, send } = useUpload((next) => {
    setAgain(false);
    onChange(next);
  });
  useEffect(() => {
    const pen = canvas.current?.getContext('2d');
    if (!pen) return;
    // Black on white in both themes: it is printed.
    pen.fillStyle = '#fff';
    pen.fillRect(0, 0, WIDTH, HEIGHT);
    pen.lineWidth = 3;
    pen.lineCap = 'round';
    pen.lineJoin = 'round';
    pen.strokeStyle = '#111';
  }, [again]);
  const place = (event: PointerEvent<HTMLCanvasElement>): [number, number] => {
    const box = event.currentTarget.getBoundingClientRect();
    return [((event.clientX - box.left) * WIDTH) / box.width, ((event.clientY - box.top) * HEIGHT) / box.height];
  };
  const keep = () =>
    canvas.current?.toBlob((picture) => {
      if (picture === null) return;
      setPreview(canvas.current?.toDataURL() ?? null);
      void send(picture, 'signature.png');
    }, 'image/png');
  const Shown = image.Display;
  if (!again && kept) {
    return (
      <div className={styles.file}>
        {preview === null ? (
          <Shown field={field} value={value} {...(at ? { at } : {})} />
        ) : (
          <img className={styles.picture} src={preview} alt={t('file.sign')} />
        )}
        <Button disabled={disabled} onClick={() => setAgain(true)}>
          {t('file.signAgain')}
        </Button>
      </div>
    );
  }
  return (
    <div className={styles.file}>
      <canvas
        ref={canvas}
        id={id}
        className={styles.signature}
        width={WIDTH}
        height={HEIGHT}
        role="img"
        aria-label={label ?? t('file.sign')}
        onPointerDown={(event) => {
          if (disabled) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          const pen = event.currentTarget.getContext('2d');
          pen?.beginPath();
          pen?.moveTo(...place(event));
          setWriting(true);
        }}
        onPointerMove={(event) => {
          if (!writing) return;
          const pen = event.currentTarget.getContext('2d');
          pen?.lineTo(...place(event));
          pen?.stroke();
          setDrawn(true);
        }}
        onPointerUp={() => setWriting(false)}
      />
      <span className={styles.fileButtons}>
        <Button type="primary" disabled={!drawn || disabled} loading={share !== null} onClick={keep}>
          {t('file.keep')}
        </Button>
      </span>
      {error && (
        <span className={styles.wrong} role="alert">
          {error}
        </span>
      )}
    </div>
  );
}

export const signature: FieldKind = { ...image, Input: SignatureInput, wide: true };

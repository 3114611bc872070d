import Button from 'antd/es/button';
import { FileUp } from 'lucide-react';
import { type ReactNode, useRef, useState } from 'react';
import styles from './DropZone.module.css';

interface Props {
  /** What may be dropped here. */
  text: string;
  /** Of the button that opens the browser's own dialog. */
  choose: string;
  /** Ends of file names and media types, as `input` takes them; everything where there is none. */
  accept?: string;
  multiple?: boolean;
  onFiles: (files: File[]) => void;
  /** Instead of the invitation: how far the sending is. */
  children?: ReactNode;
}

/** Takes files that are dropped on it or chosen. */
export function DropZone({ text, choose, accept, multiple = false, onFiles, children }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const take = (files: FileList | null) => {
    const taken = [...(files ?? [])].slice(0, multiple ? undefined : 1);
    if (taken.length > 0) onFiles(taken);
  };
  return (
    <div
      className={styles.zone}
      data-over={over || undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        take(event.dataTransfer.files);
      }}
    >
      {children ?? (
        <>
          <FileUp size={22} strokeWidth={1.5} aria-hidden />
          <span>{text}</span>
          <Button onClick={() => input.current?.click()}>{choose}</Button>
        </>
      )}
      <input
        ref={input}
        type="file"
        hidden
        multiple={multiple}
        accept={accept}
        aria-label={choose}
        onChange={(event) => {
          take(event.target.files);
          event.target.value = '';
        }}
      />
    </div>
  );
}

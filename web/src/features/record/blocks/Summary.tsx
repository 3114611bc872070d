import { useQuery } from '@tanstack/react-query';
import { get } from '../../../api/client';
import type { Row } from '../../../api/records';
import { useFields } from '../../../fields/columns';
import { kindOf } from '../../../fields/registry';
import { isEmpty } from '../../../forms/empty';
import type { BlockProps } from './block';
import styles from './blocks.module.css';

/** What counts most of a record, in one line. */
export function Summary({ block, object, row }: BlockProps) {
  const paths = Object.keys(block.summary ?? {});
  const fields = useFields(object, paths);
  const far = paths.filter((path) => path.includes('.'));
  const through = useQuery({
    queryKey: ['record', object?.name, row?.id, 'summary', far, row?.version],
    queryFn: ({ signal }) => get<Row>(`/records/${object?.name}/${row?.id}`, { fields: far.join(',') }, signal),
    enabled: far.length > 0 && row !== undefined,
  });
  if (object === undefined || row === undefined) return null;
  return (
    <dl className={styles.summary}>
      {paths.map((path, at) => {
        const field = fields[at];
        if (field === undefined) return null;
        const { Display } = kindOf(field);
        const value = (path.includes('.') ? through.data?.[path] : row[path]) ?? null;
        return (
          <div key={path}>
            <dt>{block.summary?.[path]?.label ?? field.label}</dt>
            <dd>
              {isEmpty(value) ? (
                '—'
              ) : (
                <Display field={field} value={value} row={row} at={{ object: object.name, id: row.id, field: path }} />
              )}
            </dd>
          </div>
        );
      })}
    </dl>
  );
}

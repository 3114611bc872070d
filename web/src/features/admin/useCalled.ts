import { useDefinitions } from '../../api/definitions';

/** What people call the definitions of a kind; one that is not there goes by its name. */
export function useCalled(kind: string): (name: string) => string {
  const definitions = useDefinitions();
  return (name) => definitions.find((one) => one.kind === kind && one.name === name)?.label ?? name;
}

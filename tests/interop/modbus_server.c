/* A Modbus device made of libmodbus alone: `modbus_server tcp` prints its port and serves there,
 * `modbus_server rtu FILE` serves unit 1 on a serial line. 8 coils and 8 registers of each kind;
 * coils and inputs begin at 0, registers hold 1000 + their number. */
#include <arpa/inet.h>
#include <errno.h>
#include <modbus.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

enum { CELLS = 8 };

static void serve(modbus_t *device, modbus_mapping_t *cells)
{
    uint8_t request[MODBUS_TCP_MAX_ADU_LENGTH];
    for (;;) {
        int length = modbus_receive(device, request);
        if (length > 0)
            modbus_reply(device, request, length, cells);
        else if (length < 0 && (errno == ECONNRESET || errno == EBADF))
            return;
    }
}

int main(int count, char **words)
{
    modbus_mapping_t *cells = modbus_mapping_new(CELLS, CELLS, CELLS, CELLS);
    for (int n = 0; n < CELLS; n++)
        cells->tab_registers[n] = cells->tab_input_registers[n] = 1000 + n;
    if (count == 3 && !strcmp(words[1], "rtu")) {
        modbus_t *line = modbus_new_rtu(words[2], 9600, 'N', 8, 1);
        modbus_set_slave(line, 1);
        if (modbus_connect(line))
            return 1;
        puts("0");
        fflush(stdout);
        serve(line, cells);
        return 0;
    }
    modbus_t *device = modbus_new_tcp("127.0.0.1", 0);
    int listening = modbus_tcp_listen(device, 1);
    struct sockaddr_in address;
    socklen_t size = sizeof address;
    if (listening < 0 || getsockname(listening, (struct sockaddr *)&address, &size))
        return 1;
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    while (modbus_tcp_accept(device, &listening) >= 0)
        serve(device, cells);
    return 0;
}
